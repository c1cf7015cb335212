/** A checked list: who is here. */
export function Logo() {
  return (
    <svg viewBox="0 0 32 32" className="size-6 shrink-0" aria-hidden>
      <rect width="32" height="32" rx="8" className="fill-primary" />
      <g className="stroke-primary-foreground" strokeWidth="2.5" strokeLinecap="round" fill="none">
        <path d="m7.5 11 2 2 3.5-4M7.5 20.5l2 2 3.5-4" strokeLinejoin="round" />
        <path d="M17 11.5h8M17 21h8" />
      </g>
    </svg>
  );
}
