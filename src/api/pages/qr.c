/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* QR codes, by libqrencode. */
#include "api/pages.h"

#ifdef HAVE_QRENCODE

#include <qrencode.h>

#define MARGIN	 4 /* modules of light around it. Spec: ISO/IEC 18004 9.1 */
#define DARK_MAX (64u << 10)

/* Every run of dark modules in a row as a rectangle of its own. */
static void
put_dark(const QRcode *code, struct buf *dark)
{
	for (int y = 0; y < code->width; y++) {
		const unsigned char *row = &code->data[y * code->width];

		for (int x = 0; x < code->width; x++) {
			int n = 0;

			while (x + n < code->width && (row[x + n] & 1) != 0)
				n++;
			if (n > 0)
				buf_printf(dark, "M%d %dh%dv1h-%dz", x + MARGIN,
				    y + MARGIN, n, n);
			x += n;
		}
	}
}

void
api_page_put_qr(struct buf *out, const char *text)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	struct buf dark;
	char size[16];

	if (code == NULL) /* longer than a code can be */
		return;
	buf_init(&dark, DARK_MAX);
	put_dark(code, &dark);
	(void)snprintf(size, sizeof(size), "%d", code->width + 2 * MARGIN);
	if (buf_end(&dark) == ICS_OK)
		API_PUT(out, HKP_PAGE_qr, { "size", bytes_of_str(size), false },
		    { "dark", buf_bytes(&dark), false });
	buf_release(&dark);
	QRcode_free(code);
}

#else

void
api_page_put_qr(struct buf *out, const char *text)
{
	(void)out;
	(void)text;
}

#endif
