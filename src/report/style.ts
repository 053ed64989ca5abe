import { fontFamily, paletteCss } from './charts/palette.js';

/** The design of every page we write: quiet paper, one measure of space, light and dark, print. Browser-safe. */
export const styleSheet = `
:root{color-scheme:light dark;${paletteCss('light')}}
@media screen and (prefers-color-scheme:dark){:root{${paletteCss('dark')}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--poster-paper);color:var(--poster-ink);font:16px/1.55 ${fontFamily};font-variant-numeric:tabular-nums}
main,footer{max-width:1240px;margin:0 auto;padding:0 clamp(16px,4vw,40px)}
h1,h2,h3,p,dl,dd,ul,ol,figure{margin:0;padding:0}
ul,ol{list-style:none}
h1{font-size:clamp(1.9rem,5vw,2.75rem);line-height:1.15;letter-spacing:-.02em;font-weight:650;overflow-wrap:anywhere}
h2{font-size:1.3rem;letter-spacing:-.01em;font-weight:650;margin-bottom:12px}
h3{font-size:1rem;font-weight:600;margin:26px 0 8px}
code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,monospace;font-size:.9em;overflow-wrap:anywhere}
.split,.source,.legend,.hint,.note,figcaption,footer{color:var(--poster-muted)}
.split{font-weight:400}
time{white-space:nowrap}
.hint,figcaption,.legend,footer{font-size:.9rem}
.hint{max-width:75ch;margin-bottom:18px}

header{padding:clamp(28px,6vw,64px) 0 8px}
.eyebrow{font-size:.8rem;letter-spacing:.09em;text-transform:uppercase;color:var(--poster-muted);margin-bottom:8px}
.source{margin-top:8px;font-size:.95rem;overflow-wrap:anywhere}
.hero{display:grid;grid-template-columns:minmax(240px,auto) minmax(0,1fr);gap:20px clamp(32px,6vw,88px);align-items:end;margin:clamp(24px,4vw,44px) 0 32px}
.hero .figure{font-size:clamp(4rem,11vw,6.5rem);line-height:1;font-weight:650;letter-spacing:-.045em;margin:0 0 10px -.04em}
.hero .unit{font-size:.42em;font-weight:500;letter-spacing:0;margin-left:.14em;color:var(--poster-muted)}
.scale{position:relative;height:74px;font-size:.8rem;color:var(--poster-muted);margin-bottom:6px}
.track{position:absolute;left:0;right:0;top:38px;height:2px;background:var(--poster-line)}
.track i{position:absolute;display:block}
.track .band{top:-5px;height:12px;border-radius:6px;background:var(--poster-blue);opacity:.32}
.track .dot{top:-7px;width:16px;height:16px;margin-left:-8px;border-radius:50%;background:var(--poster-blue);border:3px solid var(--poster-paper)}
.track .tick{top:-14px;width:2px;height:30px;margin-left:-1px;background:var(--poster-ink)}
.tick-note{position:absolute;top:0;transform:translateX(-50%);white-space:nowrap;color:var(--poster-ink)}
.scale.plain{height:46px}
.plain .track{top:10px}
.plain .from,.plain .to{top:22px}
.from,.to{position:absolute;top:50px}
.to{right:0}
.tiles{display:grid;grid-template-columns:repeat(6,minmax(0,1fr));gap:1px;background:var(--poster-line);border:1px solid var(--poster-line);border-radius:14px;overflow:hidden}
.tiles>div{background:var(--poster-card);padding:16px 18px}
.tiles dt{font-size:.85rem;color:var(--poster-muted)}
.tiles dd{font-size:1.5rem;font-weight:600;letter-spacing:-.015em;line-height:1.35}
.tiles .note{font-size:.8rem;font-weight:400;letter-spacing:0;line-height:1.4}

.lead{font-size:1.1rem;max-width:70ch;margin:28px 0 0;overflow-wrap:anywhere}
.alert{margin-top:28px;padding:20px 24px;border-radius:14px;border:1px solid var(--poster-amber);border-left-width:6px;background:var(--poster-card)}
.alert ul{list-style:disc;padding-left:1.2em;margin:8px 0}
.alert pre{margin:10px 0 0;padding:12px 14px;border-radius:8px;background:var(--poster-paper);white-space:pre-wrap}
section{margin-top:32px;padding:clamp(18px,3vw,34px);background:var(--poster-card);border:1px solid var(--poster-line);border-radius:18px}
.columns{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:32px clamp(20px,3vw,40px);align-items:start}
.rows{display:grid;gap:32px}
.columns>*,.rows>*{min-width:0}
figure figcaption{margin-top:12px;max-width:60ch}
.chart svg{display:block;height:auto}
.wide svg{max-width:100%}
.rows .wide svg{max-width:none}
.narrow{display:none}
.scroll{overflow-x:auto}
details{margin-top:10px;font-size:.9rem}
summary{cursor:pointer;color:var(--poster-muted);width:fit-content;padding:2px 0}
table{border-collapse:collapse;width:100%;font-size:.92rem;margin-top:14px}
th,td{padding:7px 12px;text-align:right;border-bottom:1px solid var(--poster-line);white-space:nowrap}
thead th{color:var(--poster-muted);font-weight:500;font-size:.85rem}
th:first-child{text-align:left;padding-left:0}
tbody th{font-weight:500}
tbody tr:last-child>*{border-bottom:0}
.words th,.words td{text-align:left;white-space:normal;overflow-wrap:anywhere;vertical-align:top}
.words th:first-child{width:34%;min-width:9em}
.words td{min-width:12em}
.estimates th{white-space:normal}
.estimates small{color:var(--poster-muted)}
.columns+.columns{margin-top:32px}
.confusions{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:0 40px}
.confusions li{display:flex;gap:10px;align-items:baseline;padding:6px 0;border-bottom:1px solid var(--poster-line)}
.confusions li>span:first-child{flex:1;overflow-wrap:anywhere;min-width:0}
.confusions .note{min-width:4.2em;text-align:right;font-size:.9rem}
.arrow{color:var(--poster-muted);font-size:.9em}
.prose{align-self:center;max-width:44ch}
.prose p+p{margin-top:12px}
.big{font-size:2.6rem;font-weight:650;letter-spacing:-.03em;line-height:1.1}
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:24px 18px}
figure img{max-width:100%;border-radius:10px}
.gallery img,.missing{display:block;width:100%;aspect-ratio:1;object-fit:cover;border-radius:10px;background:var(--poster-paper)}
.missing{display:grid;place-items:center;font-size:.8rem;color:var(--poster-muted);border:1px dashed var(--poster-line)}
.gallery p{display:flex;justify-content:space-between;gap:8px;line-height:1.4;overflow-wrap:anywhere}
.answer{margin-top:8px;font-size:.9rem}
.answer b,.truth b{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-weight:inherit}
.answer b{font-weight:650}
.truth{font-size:.85rem;color:var(--poster-muted)}
.gallery .path{display:block;font-size:.75rem;color:var(--poster-muted);white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
footer{padding-top:28px;padding-bottom:56px}
a:focus-visible,summary:focus-visible{outline:2px solid var(--poster-blue);outline-offset:3px;border-radius:4px}

@media (max-width:1000px){.columns{grid-template-columns:minmax(0,1fr)}.tiles{grid-template-columns:repeat(3,minmax(0,1fr))}}
@media (max-width:640px){
.wide{display:none}.narrow{display:block}
.narrow svg{max-width:none}
.hero{grid-template-columns:minmax(0,1fr);align-items:start}
.tiles{grid-template-columns:repeat(2,minmax(0,1fr))}
.gallery{grid-template-columns:repeat(auto-fill,minmax(104px,1fr));gap:18px 12px}
th,td{padding:6px 8px}
.estimates td{white-space:normal}
section{margin-left:-4px;margin-right:-4px}
}
@media print{
html{font-size:12px}
body{background:#fff;font-size:12px}
section{border:0;padding:0;margin-top:24px}
figure,.gallery li,.tiles,.hint,tr,h2,h3{break-inside:avoid}
h2,h3,.hint{break-after:avoid}
.wide{display:block}.narrow{display:none}
.columns{grid-template-columns:repeat(2,minmax(0,1fr));gap:20px}
.rows .wide svg{max-width:100%}
.gallery{grid-template-columns:repeat(6,minmax(0,1fr));gap:14px 12px;font-size:9px}
.gallery p{font-size:1em}
details{display:none}
}
`;
