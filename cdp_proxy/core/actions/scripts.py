"""The JavaScript that runs beside the page, in a world of its own: functions of a node, `this`.

They see the page's DOM but none of its variables, and the page sees none of theirs.
"""

from __future__ import annotations

from typing import Final

_SHARED: Final = """
  const nextFrame = () => new Promise(resolve => {
    requestAnimationFrame(resolve);
    setTimeout(resolve, 100);
  });
  const element = this.nodeType === 1 ? this : this.parentElement;
  const parentOf = node => node.assignedSlot || node.parentNode || node.host || null;
  const holds = (outer, inner) => {
    for (let node = inner; node; node = parentOf(node)) if (node === outer) return true;
    return false;
  };
  const hitAt = (x, y) => {
    let root = element.ownerDocument, hit = null;
    for (;;) {
      const next = root.elementFromPoint(x, y);
      if (!next || next === hit) return hit;
      hit = next;
      if (!hit.shadowRoot) return hit;
      root = hit.shadowRoot;
    }
  };
  const nameOf = node => {
    const id = node.id ? '#' + node.id : '';
    const text = (node.getAttribute('aria-label') || node.innerText || '').trim();
    const words = text.replace(/\\s+/g, ' ').slice(0, 60);
    return node.localName + id + (words ? ' "' + words + '"' : '');
  };
"""

PREPARE: Final = (
    "async function(wants) {"
    + _SHARED
    + """
  if (!element || !element.isConnected) return {state: 'detached'};
  const rects = () => [...element.getClientRects()].filter(r => r.width > 0 && r.height > 0);
  const largest = () => rects().sort((a, b) => b.width * b.height - a.width * a.height)[0];
  const inView = r => r.x + r.width / 2 >= 0 && r.y + r.height / 2 >= 0
    && r.x + r.width / 2 <= innerWidth && r.y + r.height / 2 <= innerHeight;
  let rect = largest();
  if (!rect) return {state: 'hidden'};
  const align = {block: wants.align, inline: 'center', behavior: 'instant'};
  if (wants.align !== 'nearest' || !inView(rect) || !holds(element, hitAt(
      rect.x + rect.width / 2, rect.y + rect.height / 2)))
    element.scrollIntoView(align);
  for (let still = 0, turn = 0; still < 1 && turn < 60; turn++) {
    await nextFrame();
    const next = largest();
    if (!element.isConnected) return {state: 'detached'};
    if (!next) return {state: 'hidden'};
    const same = rect && ['x', 'y', 'width', 'height'].every(k => rect[k] === next[k]);
    still = same ? still + 1 : 0;
    rect = next;
  }
  if (getComputedStyle(element).visibility === 'hidden') return {state: 'hidden'};
  if (wants.enabled) {
    if (element.matches(':disabled') || element.closest('[aria-disabled="true"]'))
      return {state: 'disabled'};
    if (wants.editable && (element.readOnly || element.getAttribute('aria-readonly') === 'true'))
      return {state: 'readonly'};
  }
  const labels = [...(element.labels || [])];
  const around = element.closest('label');
  const through = getComputedStyle(element).pointerEvents === 'none';
  const gets = hit => hit && (holds(element, hit) || labels.some(label => holds(label, hit))
    || (around && around.control && holds(around, hit)) || (through && holds(hit, element)));
  const left = Math.max(rect.x, 0), top = Math.max(rect.y, 0);
  const right = Math.min(rect.x + rect.width, innerWidth);
  const bottom = Math.min(rect.y + rect.height, innerHeight);
  let covering = null;
  for (const [fx, fy] of [[.5, .5], [.25, .5], [.75, .5], [.5, .25], [.5, .75],
                          [.1, .5], [.9, .5], [.5, .1], [.5, .9]]) {
    const x = left + (right - left) * fx, y = top + (bottom - top) * fy;
    const hit = hitAt(x, y);
    if (gets(hit)) return {state: 'ready', x, y};
    if (hit && !covering) covering = nameOf(hit);
  }
  if (!wants.hit) return {state: 'ready', x: (left + right) / 2, y: (top + bottom) / 2};
  return covering ? {state: 'covered', by: covering} : {state: 'hidden'};
}"""
)
"""`({align, enabled, editable, hit})` -> `{state, x, y, by}`: scrolls it into view, waits until it
stands still, finds a point that the pointer would hit it at, in its frame's viewport."""

THROUGH_FRAME: Final = (
    "function(x, y) {"
    + _SHARED
    + """
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const scaleX = element.offsetWidth ? box.width / element.offsetWidth : 1;
  const scaleY = element.offsetHeight ? box.height / element.offsetHeight : 1;
  const outX = box.x + (element.clientLeft + parseFloat(style.paddingLeft) + x) * scaleX;
  const outY = box.y + (element.clientTop + parseFloat(style.paddingTop) + y) * scaleY;
  const hit = hitAt(outX, outY);
  const at = {x: outX, y: outY};
  return hit && !holds(element, hit) ? {state: 'covered', by: nameOf(hit), ...at}
    : hit ? {state: 'ready', ...at} : {state: 'hidden'};
}"""
)
"""On an iframe: a point of its content as a point of the document that it is in."""

SELECT_CONTENT: Final = """function() {
  this.focus({preventScroll: true});
  if (typeof this.select === 'function') { this.select(); return; }
  const selection = getSelection();
  selection.removeAllRanges();
  const range = document.createRange();
  range.selectNodeContents(this);
  selection.addRange(range);
}"""
"""Focuses a field and selects all that is in it."""

CARET_TO_END: Final = """function() {
  this.focus({preventScroll: true});
  if ('value' in this && typeof this.setSelectionRange === 'function') {
    try { this.setSelectionRange(this.value.length, this.value.length); }
    catch { /* fields of type email or number have no caret to set */ }
    return;
  }
  const selection = getSelection();
  selection.selectAllChildren(this);
  selection.collapseToEnd();
}"""

FOCUS: Final = """function() {
  let focused = this.getRootNode().activeElement === this;
  this.addEventListener('focus', () => { focused = true; }, {once: true});
  this.focus();
  return focused;
}"""
"""-> whether it took the focus, be it for a moment."""

READ_VALUE: Final = """function() {
  return 'value' in this ? String(this.value) : this.innerText;
}"""

SET_VALUE: Final = """function(value) {
  const proto = Object.getPrototypeOf(this);
  const set = Object.getOwnPropertyDescriptor(proto, 'value');
  this.focus();
  if (set && set.set) set.set.call(this, value); else this.value = value;
  this.dispatchEvent(new Event('input', {bubbles: true, composed: true}));
  this.dispatchEvent(new Event('change', {bubbles: true}));
  return String(this.value);
}"""
"""For fields that nobody types into: date, time, colour, range. -> what it holds then."""

CHECKED: Final = """function() {
  const node = this.control || this;
  if ('checked' in node && /^(checkbox|radio)$/.test(node.type)) return node.checked;
  const state = node.getAttribute('aria-checked') ?? node.getAttribute('aria-pressed')
    ?? node.getAttribute('aria-selected');
  return state === null ? null : state === 'true';
}"""
"""-> true, false, or null for what cannot be checked."""

CHOOSE_OPTIONS: Final = """function(indexes) {
  const wanted = new Set(indexes);
  this.focus();
  [...this.options].forEach((option, index) => {
    if (this.multiple) option.selected = wanted.has(index);
    else if (wanted.has(index)) option.selected = true;
  });
  this.dispatchEvent(new Event('input', {bubbles: true, composed: true}));
  this.dispatchEvent(new Event('change', {bubbles: true}));
  return [...this.selectedOptions].map(option => option.label);
}"""

OPTIONS: Final = """function() {
  return [...this.options].map(option => ({
    label: option.label.trim().replace(/\\s+/g, ' '), value: option.value,
    disabled: option.disabled || !!(option.parentElement.disabled),
  }));
}"""

FIRST_LABEL: Final = "function() { return (this.labels && this.labels[0]) || null; }"

_SCROLLING: Final = """
  const scrolls = node => {
    const style = getComputedStyle(node);
    return /(auto|scroll|overlay)/.test(style.overflowY + style.overflowX)
      && (node.scrollHeight > node.clientHeight + 1 || node.scrollWidth > node.clientWidth + 1);
  };
  const turn = box => {
    const before = [box.scrollLeft, box.scrollTop];
    const far = 1e9, pageY = box.clientHeight * 0.85, pageX = box.clientWidth * 0.85;
    const [left, top] = {up: [0, -pageY], down: [0, pageY], left: [-pageX, 0],
                         right: [pageX, 0], top: [0, -far], bottom: [0, far]}[direction];
    box.scrollBy({left, top, behavior: 'instant'});
    return box.scrollLeft !== before[0] || box.scrollTop !== before[1];
  };
  const page = document.scrollingElement || document.documentElement;
"""

SCROLL_BY: Final = (
    "function(direction) {"
    + _SCROLLING
    + """
  let box = this;
  while (box && !scrolls(box)) box = box.parentElement;
  return turn(box || page);
}"""
)
"""Of what is around an element, or itself: by most of a screenful, or to an end. -> whether it
moved."""

SCROLL_PAGE: Final = (
    "function(direction) {"
    + _SCROLLING
    + """
  if (turn(page)) return true;
  const area = node => node.clientWidth * node.clientHeight;
  const boxes = [...document.querySelectorAll('*')].filter(scrolls);
  return boxes.sort((a, b) => area(b) - area(a)).some(turn);
}"""
)
"""The page, or the largest part of it that scrolls. -> whether anything moved."""

SELECTOR: Final = """function() {
  const step = node => {
    const root = node.getRootNode();
    const unique = css => { try { return root.querySelectorAll(css).length === 1; }
                            catch { return false; } };
    const quote = text => '"' + text.replace(/["\\\\\\n]/g, '\\\\$&') + '"';
    if (node.id && unique('#' + CSS.escape(node.id))) return '#' + CSS.escape(node.id);
    for (const name of ['data-testid', 'data-test', 'name', 'aria-label', 'placeholder', 'href']) {
      const value = node.getAttribute(name);
      if (!value || value.length > 100) continue;
      const css = node.localName + '[' + name + '=' + quote(value) + ']';
      if (unique(css)) return css;
    }
    const parts = [];
    for (let at = node; at && at.nodeType === 1; at = at.parentElement) {
      if (at !== node && at.id && unique('#' + CSS.escape(at.id))) {
        parts.unshift('#' + CSS.escape(at.id));
        break;
      }
      const twins = at.parentNode
        ? [...at.parentNode.children].filter(twin => twin.localName === at.localName) : [];
      const place = twins.length > 1 ? ':nth-of-type(' + (twins.indexOf(at) + 1) + ')' : '';
      parts.unshift(CSS.escape(at.localName) + place);
    }
    return parts.join(' > ');
  };
  const steps = [];
  for (let node = this; node;) {
    steps.unshift(step(node));
    const root = node.getRootNode();
    node = root.nodeType === 11 ? root.host : null;
  }
  return steps.join(' >> ');
}"""
"""-> CSS that finds this element alone in its document; ` >> ` goes into a shadow root."""

FIND: Final = """(steps => {
  let scope = document, taken = 0;
  for (const step of steps) {
    const path = step.startsWith('xpath=') ? step.slice(6) : step.startsWith('/') ? step : null;
    const within = scope.shadowRoot || scope;
    const next = path === null ? within.querySelector(step)
      : document.evaluate(path, within, null, XPathResult.FIRST_ORDERED_NODE_TYPE).singleNodeValue;
    if (!next) return {found: null, taken};
    scope = next;
    taken += 1;
    if (/^i?frame$/.test(next.localName)) break;
  }
  return {found: scope, taken};
})"""
"""Of steps, each within what the one before found -> the node, and how many steps led to it: an
iframe's content is for another call."""

QUIET: Final = """new Promise(resolve => {
  let last = performance.now();
  const watcher = new MutationObserver(() => { last = performance.now(); });
  const all = {subtree: true, childList: true, attributes: true, characterData: true};
  watcher.observe(document, all);
  const began = last, QUIET_MS = %(quiet)d, MOST_MS = %(most)d;
  const done = quiet => { watcher.disconnect(); resolve(quiet); };
  const look = () => {
    const now = performance.now();
    if (now - last >= QUIET_MS) done(true);
    else if (now - began >= MOST_MS) done(false);
    else setTimeout(look, Math.min(QUIET_MS - (now - last), MOST_MS - (now - began)) + 1);
  };
  setTimeout(look, QUIET_MS);
})"""
"""-> once the document has not changed for a while (true), or has gone on changing (false)."""

IS_ENABLED: Final = "function() { return !this.matches(':disabled'); }"

SLIDER_VALUE: Final = """function() {
  const value = this.getAttribute('aria-valuenow') ?? this.value;
  return value === undefined || value === null || value === '' ? null : Number(value);
}"""
