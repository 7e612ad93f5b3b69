/** Small helpers that every module shares. */
const PERSIAN = '۰۱۲۳۴۵۶۷۸۹';

export const find = (selector, root = document) => root.querySelector(selector);
export const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

/** The nearest ancestor (or the target itself) of an event; null for events on the document. */
export const within = (event, selector) => event.target.closest?.(selector) ?? null;

/** Listens on the document for events inside `selector`; the handler gets (element, event). */
export function on(type, selector, handler, options) {
  document.addEventListener(
    type,
    (event) => {
      const element = within(event, selector);
      if (element) handler(element, event);
    },
    options,
  );
}

/** A translated text of the page: `data-text-…` attributes of <body>. `{n}` style places are filled. */
export function text(name, values = {}) {
  return fill(document.body.dataset[`text${name[0].toUpperCase()}${name.slice(1)}`] ?? '', values);
}

export const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);

export const isPersian = () => document.documentElement.lang.startsWith('fa');
export const isRtl = () => document.documentElement.dir === 'rtl';

/** Digits as this page's language writes them. */
export function localDigits(value) {
  return isPersian() ? String(value).replace(/\d/g, (digit) => PERSIAN[digit]) : String(value);
}

/** Persian and Arabic digits to ASCII. */
export function asciiDigits(value) {
  return value.replace(/[۰-۹٠-٩]/g, (digit) => digit.charCodeAt(0) & 15);
}

export const isTyping = (element) =>
  Boolean(element?.closest?.('input:not([type=checkbox],[type=radio]),textarea,select,[contenteditable=true]'));

/** An <svg> of the sprite; its address stands on <body data-icons>. */
export function icon(name, size = 18) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', /^(chevrons?|arrow)-(left|right)$/.test(name) ? 'ic flip' : 'ic');
  svg.setAttribute('width', size);
  svg.setAttribute('height', size);
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

/** Makes an element: make('button', { type: 'button', class: 'btn' }, 'text', child). */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}
