--- The style of a report's page: by day and by night, on a phone and on paper.
-- @module m365restore.report.style
return [[
:root{color-scheme:light dark;--text:#1f2328;--quiet:#57606a;--ground:#fff;--card:#f6f8fa;--line:#d0d7de;
--bad:#a40e26;--open:#7a4a00;--good:#116329;--bar:#0969da;--other:#8250df}
@media (prefers-color-scheme:dark){:root{--text:#e6edf3;--quiet:#a3adb8;--ground:#0d1117;--card:#161b22;--line:#30363d;
--bad:#ff8f89;--open:#e3b341;--good:#56d364;--bar:#58a6ff;--other:#bc8cff}}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;margin:0;color:var(--text);background:var(--ground)}
header,main,footer{max-width:100em;margin:auto;padding:0 1.5rem;overflow-wrap:break-word}
h1{font-size:1.5rem;line-height:1.25;margin:1.5rem 0 .5rem}
h2{font-size:1.15rem;margin:2rem 0 .5rem}
p{margin:.5rem 0}
a{color:var(--bar)}
.bad{color:var(--bad)}.open{color:var(--open)}.good{color:var(--good)}
.quiet,small{color:var(--quiet)}
small{font-size:.85em}
.counts{list-style:none;padding:0;margin:1rem 0;display:flex;flex-wrap:wrap;gap:.6rem}
.counts button,.counts span{display:block;font:inherit;text-align:left;color:inherit;background:var(--card);
border:1px solid var(--line);border-radius:.5rem;padding:.4rem .9rem}
.counts button{cursor:pointer}
.counts button[aria-pressed=true]{outline:3px solid var(--bar)}
.counts b{display:block;font-size:1.5rem;line-height:1.2}
.find{display:flex;flex-wrap:wrap;gap:.8rem;align-items:center;margin:1rem 0}
.find input{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--quiet);border-radius:.4rem;
padding:.3rem .6rem;max-width:100%;width:22em}
.find[hidden]{display:none}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.5rem}
figure{margin:0}
figcaption{color:var(--quiet);font-size:.9rem}
svg{display:block;width:100%;height:12rem;background:var(--card);border:1px solid var(--line)}
svg text{font-size:12px;fill:var(--quiet)}
table{border-collapse:collapse;width:100%;table-layout:fixed}
th,td{text-align:start;padding:.45rem .6rem;border-bottom:1px solid var(--line);vertical-align:top;
overflow-wrap:break-word}
thead th{position:sticky;top:0;background:var(--ground);border-bottom:2px solid var(--line);font-weight:600}
th button{font:inherit;font-weight:600;color:inherit;background:none;border:0;padding:0;cursor:pointer;
text-align:start}
th[aria-sort=ascending] button::after{content:" \2191"}
th[aria-sort=descending] button::after{content:" \2193"}
td small{display:block}
.w1{width:20%}.w2{width:9rem}.w4{width:12rem}.w5{width:16%}.w6{width:15rem}
time{white-space:nowrap;font-size:.95em}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.2rem 1rem}
dt{color:var(--quiet)}dd{margin:0}
footer{margin-top:2rem;padding-bottom:2rem}
@media screen and (max-width:60rem){
header,main,footer{padding:0 1rem}
table,tbody,tr,td,caption{display:block;width:100%}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{border-bottom:2px solid var(--line);padding:.4rem 0;content-visibility:auto;contain-intrinsic-size:auto 10rem}
tr[hidden]{display:none}
td{border:0;padding:.1rem 0}
td:empty{display:none}
td[data-label]::before{content:attr(data-label) ": ";color:var(--quiet)}
dl{grid-template-columns:minmax(0,1fr)}
dd{margin-bottom:.4rem}
}
@media print{
:root{--text:#000;--quiet:#333;--ground:#fff;--card:#fff;--line:#999;--bad:#900;--open:#640;--good:#040;--bar:#036;
--other:#419}
body{font-size:9pt}
header,main,footer{max-width:none;padding:0}
thead{display:table-header-group}
thead th{position:static}
tr{break-inside:avoid}
.find{display:none}
.figures{grid-template-columns:1fr 1fr}
svg,.bad,.good,.open{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
]]
