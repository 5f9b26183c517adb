// use_ticks.ts -- a number that grows as long as something should be asked again and again.
import { useCallback, useEffect, useState } from "react";

/** Grows every `everyMs` while the page is visible (0: never), and whenever `again` is called. */
export function useTicks(everyMs: number): [number, () => void] {
    const [tick, setTick] = useState(0);
    const again = useCallback(() => setTick((t) => t + 1), []);
    useEffect(() => {
        if (everyMs <= 0) return;
        const timer = setInterval(() => {
            if (!document.hidden) again();
        }, everyMs);
        return () => clearInterval(timer);
    }, [everyMs, again]);
    return [tick, again];
}
