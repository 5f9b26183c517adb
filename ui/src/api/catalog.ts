// catalog.ts -- which indices and fields there are.
import { type Field, type FieldCaps, fieldsOf } from "../model/field";
import type { IndexSummary } from "../model/index_pattern";
import { ask, pathOf } from "./client";

interface CatIndex {
    index: string;
    "docs.count": string | null;
}

export async function listIndices(signal: AbortSignal): Promise<IndexSummary[]> {
    const all = await ask<CatIndex[]>("_cat/indices?format=json", signal);
    return all.map((i) => ({ name: i.index, documents: Number(i["docs.count"] ?? 0) }));
}

export async function listFields(index: string, signal: AbortSignal): Promise<Field[]> {
    const path = `${pathOf(index)}/_field_caps?fields=*`;
    return fieldsOf((await ask<{ fields: FieldCaps }>(path, signal)).fields);
}
