// app.tsx -- the Discover page: what to ask on top, the fields at the side, the answer beside them.
import { useState } from "react";
import { FieldList } from "./components/field_list";
import { FilterBar } from "./components/filter_bar";
import { Icon } from "./components/icon";
import { IndexChooser } from "./components/index_chooser";
import { ErrorNotice, Loading, Welcome } from "./components/notice";
import { QueryBar } from "./components/query_bar";
import { RefreshControl } from "./components/refresh_control";
import { Results } from "./components/results";
import { TimePicker } from "./components/time_picker";
import { TopBar } from "./components/top_bar";
import { useDiscover, useDocuments } from "./state/use_discover";

type Page = ReturnType<typeof useDiscover> & ReturnType<typeof useDocuments>;

export function App() {
    const discover = useDiscover();
    const documents = useDocuments(discover);
    const page = { ...discover, ...documents };
    const failed = page.indices.error ?? page.fieldsAsked.error;
    return (
        <div className="page">
            <TopBar />
            {page.none && !page.indices.error ? (
                <main>
                    <Welcome />
                </main>
            ) : (
                <>
                    <Controls page={page} />
                    {page.fields ? (
                        <Body page={page} />
                    ) : failed ? (
                        <ErrorNotice error={failed} again={page.askAgain} />
                    ) : (
                        <Loading />
                    )}
                </>
            )}
        </div>
    );
}

function Controls({ page }: { page: Page }) {
    const { view, actions, search } = page;
    return (
        <section className="controls" aria-label="What to search">
            <IndexChooser
                index={view.index}
                indices={page.indices.value ?? []}
                choose={(index) => actions.update({ index, doc: "" })}
            />
            <QueryBar
                view={view}
                fields={page.fields ?? []}
                context={search.result?.context}
                submit={(query) => {
                    if (query === view.query) page.askAgain();
                    else actions.update({ query, doc: "" });
                }}
            />
            <TimePicker
                from={view.from}
                to={view.to}
                choose={(ends) => actions.update({ ...ends, doc: "" })}
            />
            <RefreshControl
                refreshMs={view.refreshMs}
                paused={page.paused}
                loading={search.loading}
                choose={(refreshMs) => actions.update({ refreshMs })}
                again={page.askAgain}
            />
            <FilterBar filters={view.filters} actions={actions} />
        </section>
    );
}

function Body({ page }: { page: Page }) {
    const { view, actions, search } = page;
    const fields = page.fields!;
    const [fieldsOpen, setFieldsOpen] = useState(false);
    return (
        <div className={`body${fieldsOpen ? " fields-open" : ""}`}>
            <div className="side">
                <button
                    type="button"
                    className="control fields-toggle"
                    aria-expanded={fieldsOpen}
                    onClick={() => setFieldsOpen(!fieldsOpen)}
                >
                    <Icon name="fields" />
                    <span>Fields</span>
                </button>
                <FieldList view={view} fields={fields} result={search.result} actions={actions} />
            </div>
            <main id="results" tabIndex={-1}>
                <Results
                    view={view}
                    fields={fields}
                    search={search}
                    actions={actions}
                    again={page.askAgain}
                />
            </main>
        </div>
    );
}
