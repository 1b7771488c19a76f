/**
 * Where the row of each domain begins in a file: a table of 16 bytes a slot, so that a million rows
 * need 32 MB and none of their text.
 *
 * A hash stands for the domain. Whoever looks one up reads the row and compares: two domains with one
 * hash are never taken for each other.
 */
const slotsAtFirst = 1_024;

export class OffsetTable {
  private hashes = new Float64Array(slotsAtFirst);
  private offsets = new Float64Array(slotsAtFirst);
  private rows = 0;

  get size(): number {
    return this.rows;
  }

  /** False when the domain is there already. */
  add(domain: string, offset: number): boolean {
    if ((this.rows + 1) * 2 > this.hashes.length) this.grow();
    const hash = hashOf(domain);
    const slot = this.slotOf(hash);
    if (this.hashes[slot] === hash) return false;
    this.hashes[slot] = hash;
    this.offsets[slot] = offset;
    this.rows += 1;
    return true;
  }

  find(domain: string): number | undefined {
    const hash = hashOf(domain);
    const slot = this.slotOf(hash);
    return this.hashes[slot] === hash ? this.offsets[slot] : undefined;
  }

  /** Its own slot, or the free one it would take. */
  private slotOf(hash: number): number {
    const last = this.hashes.length - 1;
    let slot = hash % this.hashes.length;
    while (this.hashes[slot] !== 0 && this.hashes[slot] !== hash)
      slot = slot === last ? 0 : slot + 1;
    return slot;
  }

  private grow(): void {
    const { hashes, offsets } = this;
    this.hashes = new Float64Array(hashes.length * 2);
    this.offsets = new Float64Array(hashes.length * 2);
    hashes.forEach((hash, index) => {
      if (hash === 0) return;
      const slot = this.slotOf(hash);
      this.hashes[slot] = hash;
      this.offsets[slot] = offsets[index] ?? 0;
    });
  }
}

/** 53 bits of two FNV-1a hashes; never 0, which marks a free slot. */
function hashOf(text: string): number {
  let [low, high] = [0x811c9dc5, 0x01000193];
  for (let index = 0; index < text.length; index += 1) {
    const letter = text.charCodeAt(index);
    low = Math.imul(low ^ letter, 0x01000193);
    high = Math.imul(high ^ (letter + index), 0x85ebca6b);
  }
  const hash = (high >>> 11) * 2 ** 32 + (low >>> 0);
  return hash === 0 ? 1 : hash;
}
