// use_async.ts -- a value that the server has to be asked for.
//
// The key says what is asked; when it changes, the old question is aborted and its answer can no
// longer arrive. The last good value stays visible while the next one is on its way or has failed.
import { useEffect, useRef, useState } from "react";

export interface Async<T> {
    value: T | undefined;
    valueKey: string | null; // the key the value belongs to
    error: Error | undefined; // of the last question
    loading: boolean;
}

/** A null key asks nothing. */
export function useAsync<T>(
    key: string | null,
    load: (signal: AbortSignal) => Promise<T>,
): Async<T> {
    const [state, setState] = useState<Async<T>>({
        value: undefined,
        valueKey: null,
        error: undefined,
        loading: key !== null,
    });
    const latest = useRef(load);
    useEffect(() => {
        latest.current = load;
    });
    useEffect(() => {
        if (key === null) return;
        const abort = new AbortController();
        setState((s) => ({ ...s, loading: true }));
        latest.current(abort.signal).then(
            (value) => {
                if (abort.signal.aborted) return;
                setState({ value, valueKey: key, error: undefined, loading: false });
            },
            (error: Error) => {
                if (!abort.signal.aborted) setState((s) => ({ ...s, error, loading: false }));
            },
        );
        return () => abort.abort();
    }, [key]);
    return state;
}
