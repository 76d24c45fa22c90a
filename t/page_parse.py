# SPDX-License-Identifier: LGPL-2.1-or-later
#
# page_parse.py MODE FILE: a page as a browser's parser takes it.
#	check   complaints: unknown elements, attributes that run or style
#	        something, elements that do not close
#	links   where its links go
#	pre     its commands, entities decoded
#	text    its words

import html.parser
import sys

ELEMENTS = set("""html head meta title link body header nav main footer section
    h1 h2 h3 p a ul ol li dl dt dd div strong code pre bdi time details summary
    form label input textarea select option button table tr th td svg path
    """.split())
ALONE = {"meta", "link", "input", "path"}
ATTRIBUTES = {"lang", "charset", "name", "content", "rel", "href", "type",
    "class", "datetime", "action", "method", "maxlength", "required", "rows",
    "value", "selected", "viewbox", "role", "aria-label", "shape-rendering",
    "fill", "d"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.links, self.pre, self.text = [], [], [], []
        self.complaints = []

    def handle_starttag(self, tag, attrs):
        if tag not in ELEMENTS:
            self.complaints.append("element " + tag)
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.complaints.append("attribute " + name)
            if name in ("href", "action") and not (value or "").startswith(
                    ("/", "http://127.", "https://127.")):
                self.complaints.append("leads to %s" % value)
            if tag == "a" and name == "href":
                self.links.append(value)
        if tag == "pre":
            self.pre.append("")
        if tag not in ALONE:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in ALONE:
            return
        if not self.open or self.open.pop() != tag:
            self.complaints.append("closes " + tag)

    def handle_data(self, data):
        if "pre" in self.open:
            self.pre[-1] += data
        self.text.append(data)

    def handle_comment(self, data):
        self.complaints.append("a comment")


page = Page()
with open(sys.argv[2], encoding="utf-8", errors="strict") as file:
    page.feed(file.read())
page.close()
page.complaints += ["does not close " + tag for tag in page.open]
print("\n".join({"check": page.complaints, "links": page.links,
    "pre": page.pre, "text": page.text}[sys.argv[1]]))
