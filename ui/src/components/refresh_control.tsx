// refresh_control.tsx -- ask again now, or again and again.
import { Icon } from "./icon";

const CHOICES: [number, string][] = [
    [0, "Refresh: off"],
    [1000, "Every 1 s"],
    [2000, "Every 2 s"],
    [5000, "Every 5 s"],
    [10_000, "Every 10 s"],
    [30_000, "Every 30 s"],
    [60_000, "Every 1 min"],
    [300_000, "Every 5 min"],
    [900_000, "Every 15 min"],
];

interface Props {
    refreshMs: number;
    paused: string; // why auto refresh rests; empty: it does not
    loading: boolean;
    choose: (ms: number) => void;
    again: () => void;
}

export function RefreshControl({ refreshMs, paused, loading, choose, again }: Props) {
    const known = CHOICES.some(([ms]) => ms === refreshMs);
    return (
        <div className="refresh-control">
            <button
                type="button"
                className={`control step${loading ? " turning" : ""}`}
                aria-label="Refresh now"
                title="Refresh now"
                onClick={again}
            >
                <Icon name="refresh" />
            </button>
            <select
                className={refreshMs && !paused ? "live" : ""}
                aria-label="Auto refresh"
                title={paused || "Auto refresh"}
                value={refreshMs}
                onChange={(e) => choose(Number(e.target.value))}
            >
                {!known && <option value={refreshMs}>{`Every ${refreshMs / 1000} s`}</option>}
                {CHOICES.map(([ms, label]) => (
                    <option key={ms} value={ms}>
                        {ms && paused && ms === refreshMs ? `${label} (resting)` : label}
                    </option>
                ))}
            </select>
        </div>
    );
}
