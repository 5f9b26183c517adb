// clipboard.ts -- copies text, also where the page came over plain HTTP and the browser keeps its
// clipboard interface to itself.

function copyBySelection(text: string): boolean {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
}

export async function copyText(text: string): Promise<boolean> {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        return copyBySelection(text);
    }
}
