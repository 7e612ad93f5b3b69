// Everything works by delegation on `document`, so markup that htmx swaps in later, and markup of plugins,
// needs no initialisation. What is exported here is what plugins may import from /static/api.js.
import htmx from 'htmx.org';
import './appearance.js';
import './bell.js';
import './conditional.js';
import './confirm.js';
import './dialog.js';
import './digits.js';
import './drafts.js';
import './errors.js';
import './facets.js';
import './fold.js';
import './forms.js';
import './insert.js';
import './keyboard.js';
import './lazy.js';
import './lookup.js';
import './menu.js';
import './opened.js';
import './order.js';
import './palette.js';
import './repeats.js';
import './rows.js';

export { ask } from './confirm.js';
export { closeDialog, openDialog } from './dialog.js';
export { asciiDigits, localDigits } from './dom.js';
export { toJalali, toGregorian } from './date/calendar.js';
export { toast } from './toast.js';
export { htmx };
