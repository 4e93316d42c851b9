/** Keeps the end of what grows in sight, until its reader goes elsewhere. */
import { useEffect, useRef, useState } from 'react';

/** So near to the end, in pixels, counts as there. */
const NEAR_PX = 48;
/** A scroll so shortly after a hand or a key moved is its reader's; all others come from the layout. */
const BY_HAND_MS = 1_000;
const HANDS = ['wheel', 'touchmove', 'pointerdown', 'pointermove', 'keydown'] as const;

export function useFollowing(subject: string) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [away, setAway] = useState(false);
  const goToEnd = (): void => {
    following.current = true;
    setAway(false);
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  };
  useEffect(() => {
    const [view, inner] = [scroller.current, content.current];
    if (view === null || inner === null) return undefined;
    following.current = true;
    let handMs = -BY_HAND_MS;
    const noteHand = (): void => {
      handMs = performance.now();
    };
    const look = (): void => {
      const near = view.scrollHeight - view.scrollTop - view.clientHeight < NEAR_PX;
      if (near) following.current = true;
      else if (performance.now() - handMs < BY_HAND_MS) following.current = false;
      setAway(!following.current);
    };
    const observer = new ResizeObserver(() => {
      if (following.current) view.scrollTop = view.scrollHeight;
    });
    observer.observe(inner);
    observer.observe(view);
    view.addEventListener('scroll', look, { passive: true });
    for (const hand of HANDS) view.addEventListener(hand, noteHand, { passive: true });
    return () => {
      observer.disconnect();
      view.removeEventListener('scroll', look);
      for (const hand of HANDS) view.removeEventListener(hand, noteHand);
    };
  }, [subject]);
  return { scroller, content, away, goToEnd };
}
