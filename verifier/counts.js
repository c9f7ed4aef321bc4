// Manifests, their order, and what was counted on receiving them.

const some = (values, gap = ", ") => values.slice(0, 10).join(gap)
  + (values.length > 10 ? ` and ${values.length - 10} more` : "");

Object.assign(Check.prototype, {
  manifest({ document, digest, parties }) {
    const [about, by] = [`manifest ${digest.slice(0, 16)}`, sorted(parties)];
    const { giver, receiver, count, items } = document;
    const what = `batch ${document.batch}: ${count} ${document.category} from ${giver} to ${receiver}`;
    if (parties.has(giver) && parties.has(receiver)) this.say("proved", about, `${what}; both parties signed the same bytes`, by);
    else if (by.length) this.say("claimed", about, `${what}; unilateral, signed by ${by.join(", ")} only`, by);
    else this.say("invalid", about, `${what}; no valid signature of a party`);
    if (count !== items.length) this.say("contradiction", about, `it states ${count} units and lists ${items.length}`, by);
    const first = new Map();
    for (const entry of this.entries(digest).sort((a, b) => a.leaf.sequence - b.leaf.sequence))
      if (!first.has(entry.source.log)) first.set(entry.source.log, entry);
    for (const [log, { leaf, head }] of first) {
      const owner = this.owner.get(log) ?? log;
      this.say(head.quorum ? "proved" : "claimed", about, `entered in the log of ${owner} at place ${leaf.sequence}`, [owner]);
    }
  },

  chains(items) {
    const [places, tags] = [new Map(), new Set()];
    const order = (a, b) => byCodePoint(a.document.agreement, b.document.agreement)
      || a.document.sequence - b.document.sequence || byCodePoint(a.digest, b.digest);
    for (const item of items.sort(order)) {
      const { agreement, giver, receiver, sequence } = item.document;
      const place = (number) => JSON.stringify([agreement, giver, receiver, number]); // one direction
      const there = places.get(place(sequence));
      if (there) {
        const both = [...item.parties].filter((party) => there.parties.has(party));
        this.say("contradiction", `manifest ${item.digest.slice(0, 16)}`,
          `a second manifest has number ${sequence} from ${giver} to ${receiver} under this agreement`, sorted(both));
        continue;
      }
      places.set(place(sequence), item);
      this.follows(item, places.get(place(sequence - 1)));
      this.repeated(item, tags);
    }
  },

  follows({ document, digest }, before) {
    const about = `manifest ${digest.slice(0, 16)}`;
    if (document.sequence === 1 && document.previous !== null)
      this.say("contradiction", about, "the first manifest names one before it");
    else if (before && before.digest !== document.previous)
      this.say("contradiction", about, `it does not follow on manifest ${document.sequence - 1} of this bundle`);
  },

  repeated({ document, digest }, tags) {
    const again = document.items.map((item) => item.tag).filter((tag) => tags.has(tag));
    for (const item of document.items) tags.add(item.tag);
    if (again.length) this.say("claimed", `manifest ${digest.slice(0, 16)}`,
      `${again.length} tags stand in an earlier manifest too: ${some(again)}; offered again, or counted twice`, [document.giver]);
  },

  // Says what was counted; whether the count fits the manifest, refused bags apart.
  reception({ document, digest, parties }, manifests) {
    const [about, by] = [`reception ${digest.slice(0, 16)}`, sorted(parties)];
    const { party, role, received, reservations } = document;
    const invalid = (text) => { this.say("invalid", about, text); return false; };
    if (!parties.has(party)) return invalid(`it speaks for ${party}, who has not signed it`);
    const target = manifests.get(document.manifest);
    if (!target) return invalid("its manifest is not in the bundle");
    const { batch, count, items } = target.document;
    const wasRefused = (r) => !r.received && r.reason.startsWith("refused: ");
    const refused = reservations.filter(wasRefused).length;
    const apart = refused ? `, ${refused} refused` : "";
    const reasons = reservations.map((r) => `${r.tag}: ${r.reason}`);
    const reserved = reasons.length ? `with ${reasons.length} reservations (${some(reasons, "; ")})` : "without reservation";
    this.say("claimed", about, `batch ${batch}: ${party} (${role}) counted ${received} of ${count}${apart}, ${reserved}`, by);
    const tags = new Set(items.map((item) => item.tag));
    const unknown = reservations.map((r) => r.tag).filter((tag) => !tags.has(tag));
    if (unknown.length)
      this.say("contradiction", about, `it has reservations on tags not in the manifest: ${some(sorted(unknown))}`, by);
    const due = count - refused;
    if (received === due) return true;
    const missing = reservations.filter((r) => !r.received && !wasRefused(r)).map((r) => r.tag);
    const text = `batch ${batch}: the manifest states ${count}${apart}, ${party} counted ${received}, `
      + `a difference of ${Math.abs(due - received)}`;
    this.say("contradiction", about, missing.length ? `${text}; not received: ${some(missing)}` : text,
      sorted(new Set([...target.parties, party])));
    return false;
  },

  // Two counts that each fit the manifest may still differ: one side says more was refused.
  against({ document, digest }, counted) {
    const first = counted.get(document.manifest) ?? document;
    counted.set(document.manifest, first);
    if (first.received === document.received) return;
    this.say("contradiction", `reception ${digest.slice(0, 16)}`,
      `${first.party} counted ${first.received}, ${document.party} ${document.received}: they do not agree on what was refused`,
      sorted(new Set([first.party, document.party])));
  },

  async splitViews() {
    for (const text of this.bundle.split_views) await this.orInvalid("split view", "it proves nothing", async () => {
      const view = parseSplit(text);
      const origin = await judgeSplit(view, this.policy.logs, (log) => this.replacedIn(log));
      if (!this.splits.includes(canonical(view))) this.lie(view, origin);
    });
  },
});
