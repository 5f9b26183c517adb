// histogram.tsx -- how many documents when: bars that zoom by dragging over them.
//
// To the keyboard it is a list of bars and one stop of Tab: the arrows walk, with Shift they span a
// run of bars, Enter zooms into it, Escape forgets it.
import type { PointerEvent } from "react";
import { formatNumber } from "../model/format";
import { type Bar, rangeOfBars, roundedUp, timeTicks } from "../model/histogram";
import { describeRange, describeTime, type TimeRange } from "../model/time";
import { type Span, useBarSpan } from "../state/use_bar_span";
import { useWidth } from "../state/use_width";

const HEIGHT = 104;
const AXIS_HEIGHT = 18;
const LEFT = 44;
const TICK_WIDTH = 96;

interface Props {
    bars: Bar[];
    range: TimeRange;
    zoom: (range: TimeRange) => void;
}

export function Histogram({ bars, range, zoom }: Props) {
    const [ref, width] = useWidth<HTMLDivElement>();
    const length = range.to - range.from;
    const inner = Math.max(1, width - LEFT);
    const x = (time: number) => LEFT + ((time - range.from) / length) * inner;
    const timeUnder = (event: PointerEvent) => {
        const box = event.currentTarget.getBoundingClientRect();
        const share = (event.clientX - box.left - LEFT) / Math.max(1, box.width - LEFT);
        return range.from + share * length;
    };
    const { span, shown, handlers } = useBarSpan({ bars, range, timeUnder, zoom });
    return (
        <div
            ref={ref}
            className="histogram"
            role="listbox"
            aria-multiselectable="true"
            aria-label="Documents over time: arrow keys walk the bars, Shift spans, Enter zooms"
            aria-activedescendant={span ? `bar-${span.to}` : undefined}
            tabIndex={0}
            {...handlers}
        >
            <svg width={width} height={HEIGHT + AXIS_HEIGHT} role="presentation">
                <Axes bars={bars} range={range} x={x} width={width} />
                <Bars bars={bars} range={range} x={x} span={shown} />
            </svg>
            {shown && width > 0 && (
                <Tip bars={bars} range={range} span={shown} x={x} width={width} />
            )}
        </div>
    );
}

interface DrawProps {
    bars: Bar[];
    range: TimeRange;
    x: (time: number) => number;
}

function peakOf(bars: Bar[]): number {
    return roundedUp(bars.reduce((most, bar) => Math.max(most, bar.count), 0));
}

function Axes({ bars, range, x, width }: DrawProps & { width: number }) {
    const peak = peakOf(bars);
    const lines = peak > 1 ? [0, 0.5, 1] : [0, 1];
    const ticks = timeTicks(range, Math.max(2, Math.floor((width - LEFT) / TICK_WIDTH)));
    return (
        <g className="axes">
            {lines.map((share) => {
                const y = HEIGHT - share * (HEIGHT - 8);
                return (
                    <g key={share}>
                        <line x1={LEFT} x2={width} y1={y} y2={y} />
                        <text x={LEFT - 6} y={y + 4} textAnchor="end">
                            {formatNumber(share * peak)}
                        </text>
                    </g>
                );
            })}
            {ticks
                .filter((tick) => x(tick.at) < width - 16)
                .map((tick) => (
                    <text key={tick.at} x={x(tick.at)} y={HEIGHT + 14} textAnchor="middle">
                        {tick.label}
                    </text>
                ))}
        </g>
    );
}

function Bars({ bars, range, x, span }: DrawProps & { span: Span | null }) {
    const peak = peakOf(bars);
    const low = span ? Math.min(span.from, span.to) : -1;
    const high = span ? Math.max(span.from, span.to) : -1;
    return bars.map((bar, i) => {
        const left = Math.max(LEFT, x(bar.start));
        const right = Math.min(x(range.to), x(bar.end));
        const gap = right - left > 4 ? 1 : 0;
        const height = bar.count === 0 ? 0 : Math.max(2, (bar.count / peak) * (HEIGHT - 8));
        const inside = i >= low && i <= high;
        const wide = Math.max(1, right - left - gap);
        return (
            <g
                key={bar.start}
                id={`bar-${i}`}
                className={inside ? "bar inside" : "bar"}
                role="option"
                aria-selected={inside}
                aria-label={`${describeTime(bar.start)}: ${formatNumber(bar.count)} documents`}
            >
                {inside && (
                    <rect className="band" x={left} y={0} width={wide + gap} height={HEIGHT} />
                )}
                <rect x={left} y={HEIGHT - height} width={wide} height={height} />
            </g>
        );
    });
}

function Tip({ bars, range, span, x, width }: DrawProps & { span: Span; width: number }) {
    const covered = rangeOfBars(bars, span.from, span.to, range);
    if (!covered) return null;
    const low = Math.min(span.from, span.to);
    const count = bars
        .slice(low, Math.max(span.from, span.to) + 1)
        .reduce((sum, bar) => sum + bar.count, 0);
    const middle = (x(covered.from) + x(covered.to)) / 2;
    const side = middle > width / 2 ? { right: width - middle + 12 } : { left: middle + 12 };
    return (
        <div className="histogram-tip" style={side} role="status">
            <strong>{formatNumber(count)}</strong> {count === 1 ? "document" : "documents"}
            <div className="muted">{describeRange({ from: covered.from, to: covered.to + 1 })}</div>
        </div>
    );
}
