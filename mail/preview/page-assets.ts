/** Style and script of the preview page. The script only fills frames; it is known by its hash (console). */
export const previewStyle = `
:root { color-scheme: light; --ink: #1d2521; --soft: #5d6a63; --line: #dcdfd9; --paper: #f4f4f0; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
header { position: sticky; top: 0; z-index: 1; display: flex; gap: 12px; align-items: center; padding: 10px 24px; background: #fff; border-bottom: 1px solid var(--line); }
header span { color: var(--soft); } fieldset { margin: 0 0 0 auto; border: 0; display: flex; gap: 16px; padding: 0; }
nav { display: flex; flex-wrap: wrap; gap: 6px 16px; padding: 16px 24px 0; max-width: 1160px; margin: auto; }
nav a, summary { color: #0b6b4b; } nav i { font-style: normal; background: #f6dfc0; border-radius: 9px; padding: 0 7px; color: #6b4300; }
main { max-width: 1160px; margin: auto; padding: 8px 24px 80px; }
section { scroll-margin-top: 56px; padding-top: 16px; }
h1 { font-size: 24px; margin: 16px 0 8px; } h2 { font-size: 16px; margin: 32px 0 8px; } small { color: var(--soft); font-weight: 400; font-size: 14px; margin-left: 6px; }
.lint { list-style: none; margin: 0 0 12px; padding: 0; } .lint li { background: #fff; border-left: 4px solid #d9962b; padding: 6px 12px; margin: 0 0 4px; overflow-wrap: anywhere; }
.lint li.error { border-color: #b4431f; } .fine { color: #0b6b4b; } code { font-size: 13px; color: var(--soft); margin-right: 6px; }
.inbox { background: #fff; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.inbox div { display: grid; grid-template-columns: 130px 150px 1fr; gap: 12px; padding: 8px 14px; align-items: baseline; }
.inbox div + div { border-top: 1px solid var(--line); } .inbox .tag { color: var(--soft); font-size: 13px; }
.inbox b, .inbox .line, .inbox em { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; } .inbox .line { color: var(--soft); } .inbox .line b { color: var(--ink); }
.inbox em, .none { color: #9a3412; } .frames { display: flex; gap: 24px; align-items: flex-start; flex-wrap: wrap; }
iframe { border: 1px solid var(--line); border-radius: 8px; background: #fff; max-width: 100%; }
pre { background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: 14px; white-space: pre-wrap; overflow-wrap: anywhere; max-width: 1080px; }
summary { cursor: pointer; margin-top: 8px; }
@media (max-width: 720px) { .inbox div { grid-template-columns: 1fr; gap: 0; } main { padding: 8px 12px 60px; } }
`;

/** What the reader's system would choose is chosen by the switch: the question is answered in the mail. */
export const previewScript = `
const mails = JSON.parse(document.getElementById('mails').textContent);
const dark = /@media[^{]*prefers-color-scheme:\\s*dark[^{]*\\{/g;
const scheme = () => document.querySelector('input[name=scheme]:checked').value;
const fill = (frame) => {
  const now = scheme();
  if (frame.dataset.shown === now) return;
  frame.dataset.shown = now;
  frame.onload = () => {
    const page = frame.contentDocument.documentElement;
    frame.height = 100;
    frame.height = Math.max(page.scrollHeight, 100);
  };
  frame.srcdoc = mails[frame.dataset.mail].replace(dark, now === 'dark' ? '@media all {' : '@media not all {');
};
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) fill(target);
}, { rootMargin: '600px' });
const frames = [...document.querySelectorAll('iframe')];
for (const frame of frames) seen.observe(frame);
for (const input of document.querySelectorAll('input[name=scheme]')) {
  input.onchange = () => frames.filter((frame) => frame.dataset.shown).forEach(fill);
}
`;
