// use_view.ts -- the view, kept in the address bar.
//
// A change pushes a history entry, so the back button undoes it. What is no step of an
// investigation (which row is open, how often to refresh) replaces the entry instead.
import { useCallback, useEffect, useRef, useState } from "react";
import type { View } from "../model/view";
import { decodeView, encodeView } from "../model/view_url";

const QUIET: (keyof View)[] = ["doc", "refreshMs"];

export type Patch = Partial<View> | ((view: View) => Partial<View>);
export type Update = (patch: Patch, replace?: boolean) => void;

export function useView(): [View, Update] {
    const [view, setView] = useState(() => decodeView(location.search));
    const current = useRef(view);

    useEffect(() => {
        const restore = () => {
            current.current = decodeView(location.search);
            setView(current.current);
        };
        addEventListener("popstate", restore);
        return () => removeEventListener("popstate", restore);
    }, []);

    const update = useCallback<Update>((patch, replace = false) => {
        const before = current.current;
        const changes = typeof patch === "function" ? patch(before) : patch;
        const next = { ...before, ...changes };
        const search = encodeView(next);
        if (search === encodeView(before)) return;
        const quiet = Object.keys(changes).every((k) => QUIET.includes(k as keyof View));
        const address = location.pathname + search;
        if (replace || quiet) history.replaceState(null, "", address);
        else history.pushState(null, "", address);
        current.current = next;
        setView(next);
    }, []);

    return [view, update];
}
