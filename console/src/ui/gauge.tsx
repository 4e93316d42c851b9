/** How full something is: the words say it, the bar shows it. */
interface GaugeProps {
  label: string;
  value: number;
  max: number;
  /** Both figures in words, e.g. "12 MB of 1 GB". */
  words: string;
}

/** From this share on somebody should look. */
const FULL_SHARE = 0.8;

export function Gauge({ label, value, max, words }: GaugeProps) {
  const share = max > 0 ? Math.min(1, value / max) : 0;
  return (
    <div className="min-w-0">
      <p className="flex flex-wrap justify-between gap-x-3 text-sm">
        <span className="text-ink-muted">{label}</span>
        <span>{words}</span>
      </p>
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuenow={value}
        aria-valuetext={words}
        className="mt-1 h-1.5 overflow-hidden rounded-full bg-sunken"
      >
        <div
          className={`h-full rounded-full ${share >= FULL_SHARE ? 'bg-danger' : 'bg-accent'}`}
          style={{ width: `${share * 100}%` }}
        />
      </div>
    </div>
  );
}
