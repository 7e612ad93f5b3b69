// Users type Persian, Arabic or ASCII digits. The server folds them too; folding here keeps what is sent and
// what the address bar shows canonical. `formdata` fires for plain submits and for htmx alike.
//   data-fold="digits"  codes, phones     data-fold="money"  grouped whole numbers     data-fold="time"  hh:mm
import { asciiDigits, findAll, isPersian, localDigits, on } from './dom.js';

const canonical = {
  digits: (value) => asciiDigits(value).trim(),
  // Words («۲ میلیون تومان») are the server's to read; only grouped figures are joined here.
  money: (value) => {
    const joined = asciiDigits(value).replace(/[\s٬,،']/g, '').replace('−', '-');
    return /^-?\d+$/.test(joined) ? joined : asciiDigits(value).trim();
  },
  time: (value) => readTime(value) ?? asciiDigits(value).trim(),
};

/** "930", "۹:۳۰", "9.30" -> "09:30"; null when it is no time of day. */
export function readTime(value) {
  const match = asciiDigits(value).trim().match(/^(\d{1,2})(?:[:.٫\s]?(\d{2}))?$/);
  if (!match) return null;
  const [hour, minute] = [Number(match[1]), Number(match[2] ?? 0)];
  return hour < 24 && minute < 60 ? `${match[1].padStart(2, '0')}:${match[2] ?? '00'}` : null;
}

function group(value) {
  const plain = canonical.money(value);
  if (!/^-?\d+$/.test(plain)) return value;
  return localDigits(plain.replace(/\B(?=(\d{3})+$)/g, isPersian() ? '٬' : ','));
}

on('change', 'input[data-fold=money]', (input) => { input.value = group(input.value); });
on('change', 'input[data-fold=time]', (input) => { input.value = localDigits(readTime(input.value) ?? input.value); });

document.addEventListener('formdata', ({ target, formData }) => {
  for (const input of findAll('input[data-fold][name]', target)) {
    if (!input.disabled && formData.getAll(input.name).length === 1) {
      formData.set(input.name, canonical[input.dataset.fold](input.value));
    }
  }
});
