// icon.tsx -- the few line drawings of the page, on a 16 by 16 grid. They decorate: the control
// around them carries the name.
const PATHS = {
    add: "M8 3v10M3 8h10",
    remove: "M3 8h10",
    close: "M4 4l8 8M12 4l-8 8",
    refresh: "M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3",
    search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM11 11l3.5 3.5",
    clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 5v3.2L10 10",
    down: "M4 6l4 4 4-4",
    right: "M6 4l4 4-4 4",
    left: "M10 4L6 8l4 4",
    sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1",
    moon: "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z",
    table: "M2 3h12v10H2zM2 6.5h12M6.5 6.5V13",
    copy: "M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1",
    widen: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM11 11l3.5 3.5M5 7h4",
    exists: "M3 8.5l3.5 3.5L13 4.5",
    fields: "M2 4h12M2 8h12M2 12h7",
    warning: "M8 2l6.5 11.5h-13zM8 6.5v3M8 11.5v.2",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
    return (
        <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d={PATHS[name]} />
        </svg>
    );
}

const MARK =
    "M12 21v-6M12 15C7 15 4 12 3 4M12 15c5 0 8-3 9-11M5 10 2 11M7 13l1-6M19 10l3 1M17 13l-1-6";

/** Antlers: the sign of the house. */
export function Mark() {
    return (
        <svg className="mark" viewBox="0 0 24 24" aria-hidden="true">
            <path d={MARK} />
        </svg>
    );
}
