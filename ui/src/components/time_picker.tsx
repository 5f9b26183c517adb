// time_picker.tsx -- the time range: quick ones, "the last N units", or two exact ends.
import { useState } from "react";
import {
    absoluteRange,
    localInputValue,
    QUICK_RANGES,
    rangeLabel,
    resolveRange,
    resolveTime,
    shiftedRange,
    UNITS,
    widenedRange,
} from "../model/time";
import { usePopover } from "../state/use_popover";
import { Icon } from "./icon";

interface Ends {
    from: string;
    to: string;
}

interface Props extends Ends {
    choose: (ends: Ends) => void;
}

export function TimePicker({ from, to, choose }: Props) {
    const popover = usePopover();
    const label = rangeLabel(from, to, Date.now());
    const range = resolveRange(from, to, Date.now());
    const done = (ends: Ends) => {
        choose(ends);
        popover.close();
    };
    const step = (direction: -1 | 1) => {
        if (typeof range !== "string") choose(absoluteRange(shiftedRange(range, direction)));
    };
    return (
        <div className="time-picker" {...popover.root}>
            <button
                type="button"
                className="control step"
                aria-label="Earlier"
                onClick={() => step(-1)}
            >
                <Icon name="left" />
            </button>
            <button
                type="button"
                className="control"
                aria-expanded={popover.open}
                aria-label={`Time range: ${label}`}
                onClick={popover.toggle}
            >
                <Icon name="clock" />
                <span className="control-text">{label}</span>
                <Icon name="down" />
            </button>
            <button
                type="button"
                className="control step"
                aria-label="Later"
                onClick={() => step(1)}
            >
                <Icon name="right" />
            </button>
            <button
                type="button"
                className="control step"
                aria-label="Widen the time range"
                title="Widen the time range"
                onClick={() => {
                    if (typeof range !== "string") choose(absoluteRange(widenedRange(range)));
                }}
            >
                <Icon name="widen" />
            </button>
            {popover.open && (
                <div className="popover time-popover">
                    <QuickRanges from={from} to={to} choose={done} />
                    <div className="time-forms">
                        <LastForm choose={done} />
                        <ExactForm from={from} to={to} choose={done} />
                    </div>
                </div>
            )}
        </div>
    );
}

function QuickRanges({ from, to, choose }: Props) {
    return (
        <fieldset className="quick-ranges">
            <legend>Quick ranges</legend>
            {QUICK_RANGES.map((range) => (
                <button
                    key={range.from}
                    type="button"
                    className="choice"
                    aria-current={to === "now" && range.from === from}
                    onClick={() => choose({ from: range.from, to: "now" })}
                >
                    {range.label}
                </button>
            ))}
        </fieldset>
    );
}

function LastForm({ choose }: { choose: (ends: Ends) => void }) {
    const [amount, setAmount] = useState("3");
    const [unit, setUnit] = useState("h");
    return (
        <form
            onSubmit={(event) => {
                event.preventDefault();
                choose({ from: `now-${Number(amount)}${unit}`, to: "now" });
            }}
        >
            <fieldset>
                <legend>The last</legend>
                <div className="form-row">
                    <input
                        className="input amount"
                        type="number"
                        min="1"
                        max="99999"
                        required
                        aria-label="Amount"
                        value={amount}
                        onChange={(e) => setAmount(e.target.value)}
                    />
                    <select
                        aria-label="Unit"
                        value={unit}
                        onChange={(e) => setUnit(e.target.value)}
                    >
                        {Object.entries(UNITS).map(([key, name]) => (
                            <option key={key} value={key}>
                                {name}
                            </option>
                        ))}
                    </select>
                    <button type="submit" className="secondary">
                        Show
                    </button>
                </div>
            </fieldset>
        </form>
    );
}

function ExactForm({ from, to, choose }: Props) {
    const inputValue = (text: string) => {
        const ms = resolveTime(text, Date.now());
        return ms === null ? "" : localInputValue(ms);
    };
    const [start, setStart] = useState(() => inputValue(from));
    const [end, setEnd] = useState(() => (to === "now" ? "" : inputValue(to)));
    const range = resolveRange(start, end || "now", Date.now());
    return (
        <form
            onSubmit={(event) => {
                event.preventDefault();
                if (typeof range === "string") return;
                const ends = absoluteRange(range);
                choose(end ? ends : { from: ends.from, to: "now" });
            }}
        >
            <fieldset>
                <legend>From one moment to another</legend>
                <label className="form-row">
                    <span>From</span>
                    <input
                        className="input"
                        type="datetime-local"
                        step="1"
                        required
                        value={start}
                        onChange={(e) => setStart(e.target.value)}
                    />
                </label>
                <label className="form-row">
                    <span>To</span>
                    <input
                        className="input"
                        type="datetime-local"
                        step="1"
                        value={end}
                        onChange={(e) => setEnd(e.target.value)}
                    />
                </label>
                <p className="muted small">
                    An empty end means now. Times are of this browser's zone.
                </p>
                {start && typeof range === "string" && (
                    <p role="alert" className="danger small">
                        {range}
                    </p>
                )}
                <button type="submit" className="secondary" disabled={typeof range === "string"}>
                    Apply
                </button>
            </fieldset>
        </form>
    );
}
