// A tree edited in place: folded and unfolded, walked by keys, moved by dragging, its menu by right-click or button.
//   <ul role="tree" data-tree="name" data-place-url="/groups/person"> <li role="treeitem" data-node="17" aria-expanded>
// A list as a tree is the same without data-place-url: nodes with data-below-url are read when they are opened, those with
// data-move-url may be moved; [data-tree-top] takes what goes to the top. data-forget: a search opens what leads to its hits.
//   <template data-node-items> with {id} places in its addresses; data-key names the key of an item
import htmx from 'htmx.org';
import { find, findAll, isRtl, isTyping, make, on, within } from './dom.js';
import { onceLetGo } from './menu.js';
import { place } from './place.js';
import { send } from './sending.js';

const ITEM = '[role=treeitem]';
const rowOf = (item) => find(':scope > .node', item);
const shown = (tree) => findAll(ITEM, tree).filter((item) => !item.parentElement.closest('[aria-expanded=false]'));

// What is folded is remembered for the tab: an answer of the server draws the tree anew.
const memory = (tree) => `tree-${tree.dataset.tree}`;
const recall = (tree) => 'forget' in tree.dataset ? {} : JSON.parse(sessionStorage.getItem(memory(tree)) ?? '{}');

function fold(item, open) {
  if (!item?.hasAttribute('aria-expanded')) return;
  item.setAttribute('aria-expanded', open);
  if (open) read(item);
  const tree = item.closest('[data-tree]');
  if ('forget' in tree.dataset) return;
  sessionStorage.setItem(memory(tree), JSON.stringify({ ...recall(tree), [item.dataset.node]: open }));
}

// What stands beneath a node is asked for when it is opened the first time.
function read(item) {
  const url = item.dataset.belowUrl;
  if (!url) return;
  delete item.dataset.belowUrl;
  const target = find(':scope > ul', item);
  htmx.ajax('GET', url, { target, swap: 'innerHTML', source: item }).finally(() => {
    if (target.isConnected && !target.childElementCount) {
      item.dataset.belowUrl = url;
      item.setAttribute('aria-expanded', false);
    }
  });
}

function restore() {
  for (const tree of findAll('[data-tree]')) {
    const kept = recall(tree);
    for (const item of findAll('[aria-expanded]', tree)) {
      if (!(item.dataset.node in kept)) continue;
      item.setAttribute('aria-expanded', kept[item.dataset.node]);
      if (kept[item.dataset.node]) read(item);
    }
    if (tree.dataset.at) focusOn(find(`[data-node="${tree.dataset.at}"]`, tree), { quietly: true });
  }
}
restore();
document.addEventListener('htmx:after:swap', () => {
  restore();
  find('.node-edit [autofocus]')?.focus();
});

function focusOn(item, { quietly = false } = {}) {
  const tree = item?.closest('[data-tree]');
  if (!tree) return;
  for (const other of findAll('[tabindex="0"]', tree)) if (other.matches(ITEM)) other.tabIndex = -1;
  item.tabIndex = 0;
  tree.dataset.at = item.dataset.node;
  if (!quietly) item.focus();
}

on('click', '[data-twist]', (twist, event) => {
  event.preventDefault();
  const item = twist.closest(ITEM);
  fold(item, item.getAttribute('aria-expanded') !== 'true');
});
on('focusin', ITEM, (_item, event) => focusOn(event.target.closest(ITEM), { quietly: true }));

// The menu of a node: a popover made from the template, so that a thousand nodes do not carry a thousand menus.
function menuOf(item) {
  const template = find('template[data-node-items]');
  find('#node-menu')?.remove();
  const menu = make('div', { id: 'node-menu', class: 'menu', popover: 'auto' }, template.content.cloneNode(true));
  for (const element of findAll('*', menu)) {
    for (const { name, value } of [...element.attributes]) {
      const filled = value.replaceAll('{id}', item.dataset.node).replaceAll('%7Bid%7D', item.dataset.node);
      if (filled !== value) element.setAttribute(name, filled);
    }
  }
  // Outside the tree, which may be drawn anew by an earlier change while the menu is open.
  find('main').append(menu);
  htmx.process(menu);
  return menu;
}

function openMenu(item, anchor) {
  focusOn(item, { quietly: true });
  const menu = menuOf(item);
  menu.showPopover();
  place(menu, anchor);
  find('a,button', menu)?.focus();
  menu.addEventListener('click', (event) => {
    if (within(event, '[data-unfold]')) fold(item, true);
  });
  menu.addEventListener('toggle', (event) => {
    if (event.newState === 'closed' && document.activeElement === document.body) item.focus();
  });
}

on('click', '[data-node-menu]', (button) => openMenu(button.closest(ITEM), button));
document.addEventListener('contextmenu', (event) => {
  const item = within(event, '[data-tree] [role=treeitem]');
  if (!item || event.shiftKey || isTyping(event.target) || !find('template[data-node-items]')) return;
  event.preventDefault();
  const byKey = event.clientX === 0 && event.clientY === 0;
  const anchor = byKey || event.button !== 2 ? rowOf(item) : { x: event.clientX, y: event.clientY };
  onceLetGo(() => openMenu(item, anchor));
});

const cancel = (box) => {
  const item = box.closest(ITEM);
  box.replaceChildren();
  item?.focus();
};
on('click', '[data-node-cancel]', (button) => cancel(button.closest('.node-edit')));

document.addEventListener('keydown', (event) => {
  const box = within(event, '.node-edit');
  if (box && event.key === 'Escape') return cancel(box);
  const item = within(event, '[data-tree] [role=treeitem]');
  if (!item || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  const items = shown(item.closest('[data-tree]'));
  const here = items.indexOf(item);
  const open = item.getAttribute('aria-expanded');
  const inward = isRtl() ? 'ArrowLeft' : 'ArrowRight';
  const outward = isRtl() ? 'ArrowRight' : 'ArrowLeft';
  const steps = { ArrowDown: items[here + 1], ArrowUp: items[here - 1], Home: items[0], End: items.at(-1) };
  if (event.key in steps) focusOn(steps[event.key] ?? item);
  else if (event.key === inward && open === 'false') fold(item, true);
  else if (event.key === inward && open === 'true') focusOn(items[here + 1]);
  else if (event.key === outward && open === 'true') fold(item, false);
  else if (event.key === outward) focusOn(item.parentElement.closest(ITEM) ?? item);
  else if (event.key === 'Enter') find('a:not([data-twist])', rowOf(item)).click();
  else if (!find('template[data-node-items]')) {
    const wanted = find(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`, rowOf(item));
    if (!wanted) return;
    wanted.click();
  } else {
    const wanted = find(`[data-key="${event.key}"]`, menuOf(item));
    if (!wanted) return;
    if (wanted.hasAttribute('data-unfold')) fold(item, true);
    wanted.click();
  }
  event.preventDefault();
});

// Dragging: over the upper edge of a row puts the node in front of it, elsewhere on the row beneath it.
let dragged = null;
const ROW = '[data-tree] .node, [data-tree-top]';
const clear = () => {
  for (const row of findAll('.drop-into,.drop-before')) row.classList.remove('drop-into', 'drop-before');
};

on('dragstart', '.node[draggable]', (row, event) => {
  dragged = row.closest(ITEM);
  row.classList.add('dragged');
  event.dataTransfer.effectAllowed = 'move';
  event.dataTransfer.setData('text/plain', dragged.dataset.node);
});
document.addEventListener('dragover', (event) => {
  const row = dragged && within(event, ROW);
  clear();
  if (!row || dragged.contains(row)) return;
  event.preventDefault();
  const { top, height } = row.getBoundingClientRect();
  const ranked = row.closest('[data-place-url]');
  row.classList.add(ranked && event.clientY - top < height / 3 ? 'drop-before' : 'drop-into');
});
document.addEventListener('drop', (event) => {
  const row = dragged && within(event, ROW);
  if (!row || dragged.contains(row)) return;
  event.preventDefault();
  if (dragged.dataset.moveUrl) return move(dragged, row.closest(ITEM));
  const onto = row.closest(ITEM);
  const before = row.classList.contains('drop-before');
  if (!before) fold(onto, true);
  const values = before
    ? { parent: onto.dataset.parent, before: onto.dataset.node }
    : { parent: onto.dataset.node };
  const tree = onto.closest('[data-tree]');
  htmx.ajax('POST', `${tree.dataset.placeUrl}/${dragged.dataset.node}/place`, { values, swap: 'none', source: tree });
});
// The answer holds the whole tree as it is then; where the server refuses, nothing has changed.
function move(item, onto) {
  const tree = item.closest('[data-tree]');
  const open = findAll('[aria-expanded=true]', tree).map((each) => each.dataset.node);
  const values = { drop: 1, version: item.dataset.version, parent: onto?.dataset.node ?? '', open: open.join(' ') };
  send(htmx, item, item.dataset.moveUrl, values, {
    lostText: tree.dataset.lost,
    arrived: () => focusOn(find(`[data-node="${item.dataset.node}"]`, find('[data-tree]'))),
    refused: () => item.focus(),
  });
}
document.addEventListener('dragend', () => {
  clear();
  for (const row of findAll('.node.dragged')) row.classList.remove('dragged');
  dragged = null;
});
