// Prints what apache-arrow finds in each file that is named: the columns with their types, the number of rows and batches, and
// of small tables the rows, of large ones the sum and the nulls of each column of numbers. One line of JSON for each file.
import { readFileSync } from 'node:fs';
import { tableFromIPC } from 'apache-arrow';

const SMALL = 100;

function plain(value) {
    if (value === null || value === undefined) return null;
    if (typeof value === 'bigint') return value.toString();
    if (value instanceof Date) return value.toISOString();
    if (value instanceof Uint32Array) return decimal(value).toString();
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
    if (ArrayBuffer.isView(value)) return Array.from(value, plain);
    if (typeof value.toArray === 'function') return Array.from(value, plain);
    if (typeof value.toJSON === 'function') {
        return Object.fromEntries(Object.entries(value.toJSON()).map(([name, part]) => [name, plain(part)]));
    }
    return value;
}

// A decimal without its point: words of 32 bits, the lowest first, in two's complement.
function decimal(words) {
    const bits = words.reduceRight((high, word) => (high << 32n) | BigInt(word), 0n);
    return BigInt.asIntN(32 * words.length, bits);
}

function totals(column) {
    let sum = 0;
    for (const value of column) {
        if (value !== null && typeof value !== 'string') sum += Number(value);
    }
    return { sum, nulls: column.nullCount };
}

for (const file of process.argv.slice(2)) {
    const table = tableFromIPC(readFileSync(file));
    const names = table.schema.fields.map((field) => field.name);
    const found = {
        columns: table.schema.fields.map((field) => `${field.name}: ${field.type}`),
        rows: table.numRows,
        batches: table.batches.length,
    };
    if (table.numRows <= SMALL) {
        found.values = Array.from(table, (row) => names.map((name) => plain(row[name])));
    } else {
        found.totals = Object.fromEntries(names.map((name) => [name, totals(table.getChild(name))]));
    }
    console.log(JSON.stringify(found));
}
