// main.tsx -- puts the page into its document.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import "./styles/tokens.css";
import "./styles/controls.css";
import "./styles/forms.css";
import "./styles/layout.css";
import "./styles/fields.css";
import "./styles/overview.css";
import "./styles/documents.css";

createRoot(document.getElementById("root")!).render(
    <StrictMode>
        <App />
    </StrictMode>,
);
