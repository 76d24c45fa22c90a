// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Looks at a page in a browser, as a person would, and returns complaints: run
// by WebDriver, since the pages themselves allow no script.
const found = [];
const wide = document.documentElement.clientWidth;
const name = e => e.tagName.toLowerCase() + (e.className ? '.' + e.className : '');

// Nothing reaches beyond the window.
if (document.documentElement.scrollWidth > wide)
	found.push(`the page is ${document.documentElement.scrollWidth} wide, the window ${wide}`);
for (const e of document.querySelectorAll('body *')) {
	const box = e.getBoundingClientRect();
	if (box.width > 0 && (box.right > wide + 0.5 || box.left < -0.5))
		found.push(`${name(e)} reaches from ${box.left} to ${box.right}`);
}

// Every text can be told from what it stands on. Spec: WCAG 2.2, 1.4.3
const channel = c => (c /= 255, c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const rgba = text => text.match(/[\d.]+/g).map(Number);
const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
const ground = e => {
	for (; e; e = e.parentElement) {
		const c = rgba(getComputedStyle(e).backgroundColor);
		if (c.length === 3 || c[3] > 0)
			return c;
	}
	return [255, 255, 255];
};
for (const e of document.querySelectorAll('body *')) {
	if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
		continue;
	const a = light(rgba(getComputedStyle(e).color));
	const b = light(ground(e));
	const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
	if (ratio < 4.5)
		found.push(`${name(e)} has a contrast of ${ratio.toFixed(2)}`);
	if (parseFloat(getComputedStyle(e).fontSize) < 12)
		found.push(`${name(e)} is too small to read`);
}

// What listens to a page needs.
if (!document.documentElement.lang)
	found.push('no language');
if (document.querySelectorAll('h1').length !== 1 || !document.title)
	found.push('not one heading, or no title');
let level = 1;
for (const h of document.querySelectorAll('h1, h2, h3, h4')) {
	const n = Number(h.tagName[1]);
	if (n > level + 1)
		found.push(`${h.tagName} behind H${level}`);
	if (!h.textContent.trim())
		found.push(`${h.tagName} is empty`);
	level = n;
}
for (const e of document.querySelectorAll('input, select, textarea'))
	if (!e.labels.length)
		found.push(`${name(e)} has no label`);
for (const e of document.querySelectorAll('a'))
	if (!e.textContent.trim())
		found.push('a link without words');
for (const e of document.querySelectorAll('svg'))
	if (!e.getAttribute('aria-label'))
		found.push('a drawing without words');

// Digits stand in groups, and something says what they are.
for (const e of document.querySelectorAll('body *:not(pre):not(a)'))
	for (const n of e.childNodes)
		if (n.nodeType === 3 && /[0-9a-f]{33}/i.test(n.data))
			found.push(`${name(e)} has a wall of digits`);
return found;
