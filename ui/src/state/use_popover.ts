// use_popover.ts -- a panel that a button opens: it closes on Escape (the focus returns to the
// button), on a press outside, and when the focus leaves it.
import {
    type FocusEvent,
    type KeyboardEvent,
    type RefObject,
    useCallback,
    useEffect,
    useRef,
    useState,
} from "react";

export interface Popover {
    open: boolean;
    toggle: () => void;
    close: () => void;
    root: {
        ref: RefObject<HTMLDivElement | null>;
        onKeyDown: (event: KeyboardEvent) => void;
        onBlur: (event: FocusEvent) => void;
    };
}

export function usePopover(): Popover {
    const [open, setOpen] = useState(false);
    const ref = useRef<HTMLDivElement | null>(null);
    const close = useCallback(() => {
        setOpen(false);
        ref.current?.querySelector<HTMLElement>("[aria-expanded]")?.focus();
    }, []);
    useEffect(() => {
        if (!open) return;
        const press = (event: PointerEvent) => {
            if (!ref.current?.contains(event.target as Node)) setOpen(false);
        };
        document.addEventListener("pointerdown", press);
        return () => document.removeEventListener("pointerdown", press);
    }, [open]);
    const onKeyDown = (event: KeyboardEvent) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        close();
    };
    const onBlur = (event: FocusEvent) => {
        const to = event.relatedTarget as Node | null;
        if (to && !ref.current?.contains(to)) setOpen(false);
    };
    return { open, toggle: () => setOpen((o) => !o), close, root: { ref, onKeyDown, onBlur } };
}
