"""The script that reads one document: run in an isolated world, where the page cannot have replaced
any built-in function.

It returns JSON: `{nodes, matches, title, url, base, lang, cut}`. `nodes` is in reading order,
parents before children: `[parent, text]` for text, `[parent, tag, flags, attributes, state]` for an
element; `parent` is the place of an element in `nodes`, -1 for the document. Light children stand
where their slots put them. `matches` has for each selector the places of what it matches, `null`
for a selector the browser does not understand; for a scoped one (`> a`, `:scope …`) they are pairs
`[scope, match]`.
"""

from __future__ import annotations

from typing import Final

WORLD: Final = "wallcrawler-extract"
"""The isolated world's name; CDP Page.createIsolatedWorld gives the same one for the same name."""

REMEMBER_OWNER: Final = """
function (frameId) { (globalThis.owned ??= new WeakMap()).set(this, frameId); }
"""
"""Called on an iframe element, so that READ can say which frame it shows."""

READ: Final = r"""
(({selectors, maxNodes, maxChars, maxDepth}) => {
  const HIDDEN = 1, BLOCK = 2, PREFORMATTED = 4, SPOKEN = 8, APART = 16;
  const SILENT = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'NOSCRIPT', 'OBJECT', 'CANVAS']);
  const SVG_TEXT = new Set(['title', 'desc', 'text']);
  const VISIBLE = {visibilityProperty: true, opacityProperty: true};
  const PHRASING = new Set(['A', 'ABBR', 'B', 'BDI', 'BDO', 'BUTTON', 'CITE', 'CODE', 'DATA', 'DEL',
    'EM', 'I', 'IMG', 'INPUT', 'INS', 'KBD', 'LABEL', 'MARK', 'Q', 'S', 'SAMP', 'SMALL', 'SPAN',
    'STRONG', 'SUB', 'SUP', 'TIME', 'U', 'VAR']);
  const nodes = [], roots = [document], places = new Map();
  let chars = 0, cut = false;

  const isFlexible = element => element !== null
      && /flex|grid/.test(getComputedStyle(element).display);  // makes its children blocks
  const flagsOf = element => {
    const style = getComputedStyle(element), display = style.display;
    if (display === 'contents') return 0;
    if (!element.checkVisibility(VISIBLE)) return element.tagName === 'BR' ? 0 : HIDDEN;
    let flags = 0;
    if (display.startsWith('inline-') || display === 'table-cell') flags |= APART;
    else if (!display.startsWith('inline') && !display.startsWith('ruby'))
      flags |= PHRASING.has(element.tagName) && isFlexible(element.parentElement) ? APART : BLOCK;
    if (/^(preserve|break-spaces)/.test(style.whiteSpaceCollapse)) flags |= PREFORMATTED;
    if (style.position === 'absolute' && element.offsetWidth <= 1 && element.offsetHeight <= 1
        && style.overflow !== 'visible') flags |= SPOKEN;
    else if (/^rect\(([01](px)?,? ?){4}\)$/.test(style.clip)) flags |= SPOKEN;
    else if (/^inset\((50|100)%\)$/.test(style.clipPath)) flags |= SPOKEN;
    return flags;
  };
  const stateOf = element => {
    switch (element.tagName) {
      case 'INPUT':
        if (element.type === 'password') return {};
        return {value: element.value, checked: element.checked};
      case 'TEXTAREA': case 'METER': case 'PROGRESS': case 'OUTPUT':
        return {value: String(element.value)};
      case 'SELECT':
        return {value: element.value,
                text: [...element.selectedOptions].map(option => option.text.trim()).join(', ')};
      case 'OPTION': return {checked: element.selected};
      case 'IFRAME': case 'FRAME': {
        const frame = globalThis.owned?.get(element);
        return frame === undefined ? {} : {frame};
      }
      default: return {};
    }
  };
  const attributesOf = element => {
    const attributes = {};
    for (const {name, value} of element.attributes) {
      attributes[name.toLowerCase()] = value.length > 8192 ? '' : value;
      chars += Math.min(value.length, 8192);
    }
    if (element.tagName === 'INPUT' && element.type === 'password') delete attributes.value;
    return attributes;
  };
  const childrenOf = element => {
    if (element.shadowRoot) {
      roots.push(element.shadowRoot);
      return element.shadowRoot.childNodes;
    }
    if (element.tagName === 'SLOT' && element.getRootNode() instanceof ShadowRoot) {
      const assigned = element.assignedNodes();
      return assigned.length ? assigned : element.childNodes;
    }
    if (element instanceof SVGElement) {
      return [...element.children].filter(child => SVG_TEXT.has(child.tagName));
    }
    return element.childNodes;
  };
  const isSilent = element => SILENT.has(element.tagName) && !wanted.has(element)
      && element.type !== 'application/ld+json';

  const understood = (root, css) => {
    try { return [...root.querySelectorAll(css)]; } catch { return null; }
  };
  const wanted = new Set();
  for (const {css} of selectors)
    for (const element of (/^\s*[>+~]/.test(css) ? null : understood(document, css)) ?? [])
      wanted.add(element);

  const pending = [[document, -1, 0]];
  while (pending.length) {
    const [node, parent, depth] = pending.pop();
    if (depth > maxDepth) { cut = true; continue; }
    if (nodes.length >= maxNodes || chars >= maxChars) { cut = true; break; }
    if (node.nodeType === Node.TEXT_NODE) {
      if (node.data) { nodes.push([parent, node.data]); chars += node.data.length; }
      continue;
    }
    let children = node.childNodes, place = parent;
    if (node.nodeType === Node.ELEMENT_NODE) {
      place = nodes.length;
      places.set(node, place);
      nodes.push([parent, node.localName.toLowerCase(), flagsOf(node), attributesOf(node),
                  stateOf(node)]);
      if (isSilent(node) || node.tagName === 'TEXTAREA') continue;
      children = childrenOf(node);
    } else if (node.nodeType !== Node.DOCUMENT_NODE) continue;
    for (let i = children.length - 1; i >= 0; i--) pending.push([children[i], place, depth + 1]);
  }

  const matches = [];
  for (const {css, within} of selectors) {
    if (/^\s*[>+~]/.test(css) || css.includes(':scope')) {
      const scoped = /^\s*[>+~]/.test(css) ? ':scope ' + css : css;
      const scopes = within < 0 ? [document.documentElement]
        : roots.flatMap(root => understood(root, selectors[within].css) ?? []);
      const found = scopes.map(scope => [scope, understood(scope, scoped) ?? []]);
      const pairs = found.flatMap(([scope, elements]) =>
        elements.filter(element => places.has(element))
                .map(element => [places.get(scope) ?? -1, places.get(element)]));
      matches.push(understood(document, scoped) === null ? null : pairs);
    } else {
      const found = roots.map(root => understood(root, css));
      matches.push(found[0] === null ? null : found.flat().filter(element => places.has(element))
        .map(element => places.get(element)).sort((one, other) => one - other));
    }
  }
  return JSON.stringify({nodes, matches, cut, title: document.title, url: document.URL,
                         base: document.baseURI, lang: document.documentElement?.lang ?? ''});
})
"""
