/** What is looked for stands in the URL, so that a link shows the same; it is written there when the typing rests. */
import { useEffect, useRef, useState } from 'react';
import { TextField } from '#ui';

const REST_MS = 200;

interface SearchFieldProps {
  label: string;
  value: string;
  onChange(value: string): void;
}

export function SearchField({ label, value, onChange }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    const timer = window.setTimeout(() => latest.current(text), REST_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return (
    <div className="w-full max-w-sm">
      <TextField
        type="search"
        hideLabel
        label={label}
        placeholder={label}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
    </div>
  );
}
