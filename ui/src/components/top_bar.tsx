// top_bar.tsx -- the name of the house, and the switch between dark and light.
import { useTheme } from "../state/use_theme";
import { Icon, Mark } from "./icon";

export function TopBar() {
    const [theme, toggle] = useTheme();
    const other = theme === "dark" ? "light" : "dark";
    return (
        <header className="top-bar">
            <a className="skip" href="#results">
                Skip to the documents
            </a>
            <Mark />
            <span className="brand">Elkhorn</span>
            <h1 className="page-name">Discover</h1>
            <button
                type="button"
                className="bare theme"
                aria-label={`Use the ${other} theme`}
                title={`Use the ${other} theme`}
                onClick={toggle}
            >
                <Icon name={theme === "dark" ? "sun" : "moon"} />
            </button>
        </header>
    );
}
