// Builds kernel/web/static/dist from kernel/web/assets: hashed bundles, icon sprite, fonts,
// pre-compressed siblings (.gz, .br) and manifest.json (plain name -> hashed name).
//
//   node kernel/web/assets/build.mjs [output folder]
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const SOURCE = dirname(fileURLToPath(import.meta.url));
const OUTPUT = resolve(process.argv[2] ?? join(SOURCE, '..', 'static', 'dist'));
const NODES = join(SOURCE, '../../../node_modules/@tabler/icons/tabler-nodes-outline.json');
const COMPRESSED = new Set(['.css', '.js', '.svg', '.json']);
const ENTRIES = ['js/app.js', 'js/theme.js', ...['app', 'calendar', 'design', 'merge', 'open', 'rights', 'sheet', 'tree'].map((name) => `css/${name}.css`)];

/** Day grid: five-minute rows. `r-N` starts a block at row N, `s-N` makes it N rows high. */
const ROWS_A_DAY = 24 * 12;
/** The highest number of blocks that stand side by side in one column of the day grid. */
const LANES = 4;

function gridClasses() {
  const rules = [];
  for (let row = 1; row <= ROWS_A_DAY; row++) rules.push(`.r-${row}{grid-row-start:${row}}`);
  for (let span = 1; span <= ROWS_A_DAY; span++) rules.push(`.s-${span}{grid-row-end:span ${span}}`);
  for (let rows = 12; rows <= ROWS_A_DAY; rows += 12) rules.push(`.rows-${rows}{--rows:${rows}}`);
  for (let of = 2; of <= LANES; of++) {
    for (let lane = 1; lane <= of; lane++) {
      const width = 12 / of;
      rules.push(`.lane-${lane}of${of}{grid-column:${(lane - 1) * width + 1}/span ${width}}`);
    }
  }
  return `@layer components{${rules.join('')}}`;
}

const generated = {
  name: 'generated',
  setup(builder) {
    builder.onResolve({ filter: /^generated:/ }, ({ path }) => ({ path, namespace: 'generated' }));
    builder.onLoad({ filter: /./, namespace: 'generated' }, () => ({ contents: gridClasses(), loader: 'css' }));
  },
};

async function bundle() {
  const { metafile } = await build({
    entryPoints: ENTRIES.map((name) => join(SOURCE, name)),
    outdir: OUTPUT,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    legalComments: 'none',
    loader: { '.woff2': 'file', '.svg': 'file' },
    target: ['chrome114', 'firefox125', 'safari17'],
    plugins: [generated],
    metafile: true,
  });
  const manifest = {};
  for (const [path, output] of Object.entries(metafile.outputs)) {
    const source = output.entryPoint ?? Object.keys(output.inputs)[0];
    if (source && (output.entryPoint || !path.endsWith('.js'))) {
      manifest[basename(source)] = basename(path);
    }
  }
  return manifest;
}

const attributes = (values) =>
  Object.entries(values).map(([name, value]) => ` ${name}="${value}"`).join('');

const digest = (content) => createHash('sha256').update(content).digest('hex').slice(0, 8).toUpperCase();

async function favicon(manifest) {
  const content = await readFile(join(SOURCE, 'favicon.svg'));
  manifest['favicon.svg'] = `favicon-${digest(content)}.svg`;
  await writeFile(join(OUTPUT, manifest['favicon.svg']), content);
}

/** The sprite and the drawing nodes of the icons named in icons.txt (the nodes serve printed pages). */
async function icons(manifest) {
  const all = JSON.parse(await readFile(NODES));
  const names = (await readFile(join(SOURCE, 'icons.txt'), 'utf8')).split('\n').filter(Boolean);
  const missing = names.filter((name) => !all[name]);
  if (missing.length) throw new Error(`icons.txt names icons that do not exist: ${missing.join(', ')}`);
  const draw = (name) => all[name].map(([tag, values]) => `<${tag}${attributes(values)}/>`).join('');
  const symbols = names.map((name) => `<symbol id="${name}" viewBox="0 0 24 24">${draw(name)}</symbol>`);
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`;
  manifest['icons.svg'] = `icons-${digest(sprite)}.svg`;
  await writeFile(join(OUTPUT, manifest['icons.svg']), sprite);
  await writeFile(join(OUTPUT, 'icons.json'), JSON.stringify(Object.fromEntries(names.map((n) => [n, all[n]]))));
}

async function compress() {
  for (const name of await readdir(OUTPUT)) {
    if (!COMPRESSED.has(extname(name))) continue;
    const path = join(OUTPUT, name);
    const content = await readFile(path);
    await writeFile(`${path}.gz`, gzipSync(content, { level: 9 }));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    await writeFile(`${path}.br`, brotliCompressSync(content, { params }));
  }
}

await rm(OUTPUT, { recursive: true, force: true });
await mkdir(OUTPUT, { recursive: true });
const manifest = await bundle();
await icons(manifest);
await favicon(manifest);
// The one stable address that a plugin's module imports the kernel's browser functions from.
await writeFile(join(OUTPUT, 'api.js'), `export * from './${manifest['app.js']}';\n`);
await compress();
// Written last: a manifest on disk means that everything it names is there.
await writeFile(join(OUTPUT, 'manifest.json'), JSON.stringify(manifest, null, 1));
