/** A share as a bar, with its words beside it. */
export function ShareBar({ share, words }: { share: number; words: string }) {
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden="true" className="h-1.5 min-w-8 flex-1 overflow-hidden rounded-full bg-sunken">
        <span
          className="block h-full rounded-full bg-accent"
          style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }}
        />
      </span>
      <span className="w-12 text-end">{words}</span>
    </span>
  );
}
