import { isRtl } from './dom.js';

const GAP = 6;
const EDGE = 8;

/**
 * Puts a fixed, already shown box under (or over) an anchor. The box grows towards the middle of the page;
 * `{ x, y }` in place of an element puts it at a point. Styles are set through CSSOM, which the policy allows.
 */
export function place(box, anchor, { sameWidth = false } = {}) {
  const rect = anchor.getBoundingClientRect?.() ?? new DOMRect(anchor.x, anchor.y, 0, 0);
  if (sameWidth) box.style.inlineSize = `${Math.max(rect.width, 220)}px`;
  const { offsetWidth: width, offsetHeight: height } = box;
  const middle = rect.left + rect.width / 2 > innerWidth / 2;
  const startsRight = sameWidth ? isRtl() : middle;
  const left = startsRight ? rect.right - width : rect.left;
  const below = rect.bottom + GAP + height <= innerHeight - EDGE;
  const top = below || rect.top - GAP - height < EDGE ? rect.bottom + GAP : rect.top - GAP - height;
  box.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  box.style.top = `${Math.max(EDGE, Math.min(top, innerHeight - height - EDGE))}px`;
}
