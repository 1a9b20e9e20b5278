/**
 * The page's whole appearance: light and dark, screen and paper. Nothing is told by colour alone, and nothing is loaded.
 */
export const STYLE = `
:root{color-scheme:light dark;--ink:#16202c;--soft:#566373;--faint:#7a8696;--paper:#fff;--ground:#f3f5f8;--line:#dde3ea;--hair:#e9edf2;
--accent:#1c4f8c;--accent-soft:#e8f0fa;--revoke:#a3262b;--revoke-soft:#fbeaea;--reduce:#8a5400;--reduce-soft:#fcf2df;--ask:#5a3d99;
--ask-soft:#f0ebfa;--keep:#1f6b42;--keep-soft:#e6f4ec;--bar:#2c6cb5;--bar2:#7fa8d8;--bar3:#c2d5ec;--hatch:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e6ebf2;--soft:#a6b2c2;--faint:#8390a1;--paper:#161d27;--ground:#0e131a;--line:#2b3645;
--hair:#222c39;--accent:#8fbcf2;--accent-soft:#1a2a3f;--revoke:#ff9c9c;--revoke-soft:#3a1d20;--reduce:#f3c471;--reduce-soft:#362a14;
--ask:#c9b4ff;--ask-soft:#2a2340;--keep:#8bd7ab;--keep-soft:#16301f;--bar:#5e9ce6;--bar2:#3f6fa8;--bar3:#2c4766;--hatch:#161d27}}
*{box-sizing:border-box}
html{background:var(--ground)}
body{margin:0;font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:var(--ink);
font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
.sheet{max-width:1180px;margin:28px auto 60px;background:var(--paper);border:1px solid var(--line);border-radius:14px;padding:44px 52px 36px}
h1,h2,h3{line-height:1.2;margin:0;letter-spacing:-.01em;text-wrap:balance}
h1{font-size:34px;font-weight:680}
h2{font-size:22px;font-weight:660}
h3{font-size:15px;font-weight:650}
p{margin:0}
a{color:var(--accent)}
.kicker{font-size:12px;font-weight:650;letter-spacing:.09em;text-transform:uppercase;color:var(--accent);margin-bottom:8px}
.lead{font-size:17px;color:var(--soft);margin-top:10px;max-width:82ch;text-wrap:pretty}
.lead strong{color:var(--ink);font-weight:620}
.facts{display:grid;grid-template-columns:repeat(3,auto);justify-content:start;gap:4px 44px;margin:22px 0 0}
.facts div{min-width:0}
dt{font-size:12px;color:var(--faint)}
dd{margin:0;font-size:14px}
.tiles{display:grid;grid-template-columns:repeat(5,1fr);gap:0;margin:30px 0 0;border:1px solid var(--line);border-radius:12px;overflow:hidden}
.tile{padding:16px 18px;border-left:1px solid var(--line)}
.tile:first-child{border-left:0}
.tile b{display:block;font-size:30px;line-height:1.15;font-weight:660;letter-spacing:-.02em}
.tile span{font-size:13px;color:var(--soft);display:block}
.tile.first{background:var(--accent-soft)}
.tile.first b{color:var(--accent)}
.pictures{display:grid;grid-template-columns:1fr 1fr;gap:22px;margin-top:22px}
figure{margin:0;border:1px solid var(--line);border-radius:12px;padding:18px 20px 16px}
figcaption{font-size:13px;color:var(--soft);margin:2px 0 14px}
svg{display:block;width:100%;height:auto}
svg text{font:12.5px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--ink)}
svg .soft{fill:var(--soft)}
svg .count{font-weight:650}
.note{border:1px solid var(--line);border-left:4px solid var(--reduce);border-radius:10px;padding:16px 20px;margin-top:22px}
.note.calm{border-left-color:var(--keep)}
.note ul{margin:6px 0 0;padding-left:20px}
.note li{margin:3px 0}
.note .never{color:var(--soft);font-size:13.5px;margin-top:10px}
section{margin-top:46px}
.head{display:flex;align-items:baseline;gap:12px;border-bottom:2px solid var(--ink);padding-bottom:8px}
.head .n{margin-left:auto;color:var(--soft);font-size:14px;white-space:nowrap}
.why{color:var(--soft);margin:8px 0 4px;max-width:96ch;text-wrap:pretty}
table{width:100%;border-collapse:collapse;font-size:13.5px}
th{font-size:12px;font-weight:600;color:var(--faint);text-align:left;padding:12px 12px 6px 0;vertical-align:bottom;border-bottom:1px solid var(--line)}
td{padding:8px 12px 8px 0;vertical-align:top;border-bottom:1px solid var(--hair);overflow-wrap:anywhere}
th.r,td.r{text-align:right}td.r{white-space:nowrap}
.scroll>table{table-layout:fixed}
td.when{white-space:nowrap}

tr.group td{padding:20px 0 6px;border-bottom:1px solid var(--line)}
tr.group b{font-size:15px;font-weight:650}
tr.group .at{color:var(--soft)}
.who{font-weight:600}
.sub{display:block;font-size:12.5px;color:var(--soft)}
.tag{display:inline-block;font-size:11.5px;font-weight:600;border:1px solid currentColor;border-radius:4px;padding:0 5px;margin-left:6px;
white-space:nowrap;color:var(--soft);vertical-align:1px}
.tag.hot{color:var(--revoke)}
.pill{display:inline-block;font-weight:650;font-size:12.5px;border-radius:999px;padding:1px 10px 1px 8px;white-space:nowrap;border:1px solid transparent}
.pill i{font-style:normal;display:inline-block;width:1.15em;text-align:center}
.revoke{color:var(--revoke);background:var(--revoke-soft);border-color:var(--revoke)}
.reduce{color:var(--reduce);background:var(--reduce-soft);border-style:dashed;border-color:var(--reduce)}
.needs-person{color:var(--ask);background:var(--ask-soft);border-style:dotted;border-color:var(--ask)}
.keep{color:var(--keep);background:var(--keep-soft)}
.reasons{margin:4px 0 0;padding:0;list-style:none;color:var(--soft);font-size:13px}
.reasons .finding{color:var(--ink)}
.boxes{color:var(--soft);font-size:12px;line-height:1.55;white-space:nowrap}
.boxes span{display:block}
.members{color:var(--soft);font-size:13px}
.hash{font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.quiet{color:var(--faint)}
.empty{padding:14px 0 0;color:var(--soft)}
footer{margin-top:46px;border-top:1px solid var(--line);padding-top:14px;color:var(--soft);font-size:13px}
footer p+p{margin-top:4px}
@media screen and (max-width:820px){.sheet{margin:0;border:0;border-radius:0;padding:24px 18px}.tiles{grid-template-columns:1fr 1fr}.tile{border-left:0;
border-top:1px solid var(--line)}.tile:first-child{grid-column:1/-1;border-top:0}.pictures{grid-template-columns:1fr}.facts{grid-template-columns:1fr}
h1{font-size:27px}.scroll{overflow-x:auto}.scroll table{min-width:760px}}
@page{size:A4 landscape;margin:13mm 14mm}
@media print{:root{color-scheme:light;--ink:#000;--soft:#333;--faint:#555;--paper:#fff;--ground:#fff;--line:#bbb;--hair:#ddd;--accent:#123a68;
--accent-soft:#fff;--revoke:#7d1015;--revoke-soft:#fff;--reduce:#6b4100;--reduce-soft:#fff;--ask:#43297a;--ask-soft:#fff;--keep:#14502f;
--keep-soft:#fff;--bar:#2c6cb5;--bar2:#7fa8d8;--bar3:#c2d5ec;--hatch:#fff}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}body{font-size:10.5pt}.sheet{max-width:none;margin:0;border:0;border-radius:0;padding:0}
h1{font-size:24pt}h2{font-size:15pt}table{font-size:8.5pt}.sub,.reasons,.members,.boxes{font-size:8pt}td{padding-top:5px;padding-bottom:5px}tr.group td{padding-top:12px}.tile b{font-size:20pt}section{margin-top:9mm}thead{display:table-header-group}
tr,figure,.note,.tiles{break-inside:avoid}tr.group,.head,.why{break-after:avoid}a{color:inherit;text-decoration:none}}
`;
