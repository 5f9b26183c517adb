// use_theme.ts -- dark or light: the system's choice until the person makes one.
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";

export type Theme = "light" | "dark";

const KEY = "elkhorn.theme";
const SYSTEM_DARK = matchMedia("(prefers-color-scheme: dark)");

function stored(): Theme | null {
    try {
        const value = localStorage.getItem(KEY);
        return value === "light" || value === "dark" ? value : null;
    } catch {
        return null; // storage may be forbidden; the system's choice then holds
    }
}

function watchSystem(changed: () => void): () => void {
    SYSTEM_DARK.addEventListener("change", changed);
    return () => SYSTEM_DARK.removeEventListener("change", changed);
}

export function useTheme(): [Theme, () => void] {
    const [chosen, setChosen] = useState(stored);
    const dark = useSyncExternalStore(watchSystem, () => SYSTEM_DARK.matches);
    const theme = chosen ?? (dark ? "dark" : "light");
    useEffect(() => {
        document.documentElement.dataset.theme = theme;
    }, [theme]);
    const toggle = useCallback(() => {
        const next = theme === "dark" ? "light" : "dark";
        setChosen(next);
        try {
            localStorage.setItem(KEY, next);
        } catch {
            // The choice then lasts until the page is left.
        }
    }, [theme]);
    return [theme, toggle];
}
