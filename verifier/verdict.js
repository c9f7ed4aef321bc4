// What follows from a bundle: statements that are proved, claimed, contradictory or invalid.

async function verifyEvidence(bundleBytes, policyBytes, partiesBytes) {
  const given = {
    policy: policyBytes && await named("your policy", () => parsePolicy(textOf(policyBytes, "the policy"))),
    parties: partiesBytes && await named("your parties", () => readParties(textOf(partiesBytes, "the list of parties"))),
  };
  return named("the bundle", async () => {
    const { bundle, note } = readBundle(bundleBytes);
    const check = new Check(bundle);
    await check.trust(given.policy, given.parties);
    const exportedBy = await check.exporter(note);
    await check.checkpoints();
    await check.events();
    check.revokedExport(note);
    await check.documents();
    await check.splitViews();
    const bad = check.statements.some(({ status }) => status === "contradiction" || status === "invalid");
    return { subject: bundle.subject, exported_by: exportedBy, ok: !bad, statements: check.statements };
  });
}

async function named(what, work) { // an error says which file it is about
  try { return await work(); } catch (error) {
    if (error instanceof Fault && !error.file) error.file = what;
    throw error;
  }
}

class Check {
  constructor(bundle) {
    Object.assign(this, { bundle, statements: [], splits: [], heads: new Map(), seen: [], replaced: new Map() });
  }

  say(status, about, text, by = []) {
    this.statements.push({ status, about, text, by: [...by] });
  }

  // Runs `work`; where the evidence does not hold, says so and gives back undefined.
  async orInvalid(about, text, work) {
    try { return await work(); } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.say("invalid", about, `${text}: ${error.message}`);
      return undefined;
    }
  }

  async trust(policy, parties) {
    this.policy = policy ?? await parsePolicy(this.bundle.policy);
    const all = parties ?? this.bundle.parties;
    this.logOf = new Map(all.map((party) => [party.name, party.log]));
    this.owner = new Map(all.map((party) => [party.log, party.name]));
    this.keys = new Map();
    for (const party of all)
      for (const vkey of party.vkeys) this.keys.set(vkey, { party: party.name, key: await parseKey(vkey) });
    if (!policy || !parties)
      this.say("claimed", "trust", "keys and policy are those inside the bundle; compare them with the agreement");
  }

  verifiers() { return [...this.keys.values()].map(({ key }) => key); }

  async exporter(note) {
    const { verified, unknown } = await openNote(note, this.verifiers());
    need(!unknown.length, `the bundle has a signature of the unknown key ${unknown[0]?.name}`);
    for (const line of verified.values()) need(maySign(line.name, "bundle"), `the key ${line.name} may not sign a bundle`);
    const all = [...this.keys.values()];
    const names = new Set(all.filter(({ key }) => verified.has(key.id)).map(({ party }) => party));
    for (const name of names) { // whoever exports signs with all keys of one name
      const own = all.filter(({ party }) => party === name).map(({ key }) => key);
      const used = new Set(own.filter((key) => verified.has(key.id)).map((key) => key.name));
      need(own.every((key) => verified.has(key.id) || !used.has(key.name)), `a signature of ${name} on the bundle was removed`);
    }
    return sorted(names);
  }

  // --- checkpoints

  async checkpoints() {
    const judged = [];
    for (const text of this.bundle.checkpoints) {
      const head = await this.orInvalid("checkpoint", "a checkpoint does not verify", () => judgeCheckpoint(this.policy, text));
      if (head) judged.push(head);
    }
    await this.learnReplaced(judged);
    for (const head of judged) this.checkpoint(head);
    const heads = [...this.heads.values()].sort((a, b) => byCodePoint(a.point.origin, b.point.origin)
      || (a.point.size < b.point.size ? -1 : 1));
    for (let i = 1; i < heads.length; i++)
      if (heads[i - 1].point.origin === heads[i].point.origin) await this.growth(heads[i - 1].point, heads[i].point);
  }

  replacedIn(log) { return this.replaced.get(log) ?? new Map(); }

  // Which keys a log says that it replaced, in the order of the places; a head that only such
  // keys made says nothing. What is wrong with an event is said where it is looked at as one.
  async learnReplaced(judged) {
    const found = [];
    for (const source of this.bundle.events) {
      const leaf = await quietly(() => readLeaf(source.leaf));
      if (leaf?.type === "log_key_replaced") found.push({ source, leaf });
    }
    found.sort((a, b) => a.leaf.sequence - b.leaf.sequence);
    for (const { source, leaf } of found) {
      const known = this.replacedIn(source.log);
      this.replaced.set(source.log, known);
      for (const { point, signed } of judged) {
        if (point.origin !== source.log || point.size !== BigInt(source.size) || !signed.length) continue;
        const old = await quietly(async () => {
          notReplaced(point, signed, known);
          await checkInclusion(await leafHash(utf8(source.leaf)), BigInt(leaf.sequence), point.size, source.hashes, point.root);
          return member(await openPayload(source, leaf), "old");
        });
        for (const vkey of Array.isArray(old) ? old : []) if (!known.has(vkey)) known.set(vkey, leaf.sequence);
      }
    }
  }

  checkpoint(head) {
    const { point, cosigned } = head;
    const about = `checkpoint ${point.origin} ${point.size}`;
    if (!head.signed.length) return this.say("invalid", about, "it is not signed by a log of the policy");
    try { notReplaced(point, head.signed, this.replacedIn(point.origin)); } catch (error) {
      return this.say("invalid", about, `it does not count: ${error.message}; whoever holds that key may have made it`);
    }
    const place = `${point.size} ${point.origin}`;
    const known = this.heads.get(place);
    if (known && !same(known.point.root, point.root))
      return this.lie({ format: "priam-split-view/v1", first: known.text, second: head.text }, point.origin);
    this.heads.set(place, head);
    if (!head.quorum)
      return this.say("claimed", about, "signed by the log only; the policy's quorum of witnesses has not cosigned it", [point.origin]);
    const times = [...cosigned.values()].filter((time) => time > 0n).sort((a, b) => (a < b ? -1 : 1));
    const who = sorted(cosigned.keys());
    const when = times.length ? `, first at ${timeText(times[0])}` : "";
    const text = `signed by the log, cosigned by ${who.join(", ") || "nobody, and the policy asks for nobody"}${when}`;
    return this.say("proved", about, text, [point.origin, ...who]);
  }

  async growth(earlier, later) {
    if (earlier.size === 0n) return;
    const log = earlier.origin;
    const about = `growth ${log} ${earlier.size} to ${later.size}`;
    const proof = this.bundle.growth.find((g) => g.log === log && BigInt(g.start) === earlier.size && BigInt(g.end) === later.size);
    if (!proof) return this.say("claimed", about, "that the log only grew is not shown", [log]);
    const holds = await this.orInvalid(about, "the proof of growth does not verify", async () => {
      await checkConsistency(earlier.size, earlier.root, later.size, later.root, proof.hashes);
      return true;
    });
    if (holds) this.say("proved", about, "the log only grew", [log]);
  }

  lie(view, origin) {
    this.splits.push(canonical(view));
    this.say("contradiction", `log ${origin}`, "the log signed two histories that exclude each other", [origin]);
  }

  // --- events

  async events() {
    const places = new Map();
    for (const source of this.bundle.events) {
      const event = await this.orInvalid(`event in ${source.log}`, "it does not verify", () => this.event(source));
      if (!event) continue;
      this.seen.push(event);
      const place = `${event.leaf.sequence} ${source.log}`;
      const other = places.get(place) ?? event;
      places.set(place, other);
      if (other.source.leaf !== source.leaf) await this.fork(other, event);
    }
  }

  async event(source) {
    const leaf = readLeaf(source.leaf);
    const head = this.heads.get(`${source.size} ${source.log}`);
    need(head, `there is no valid checkpoint of ${source.log} with ${source.size} leaves`);
    await checkInclusion(await leafHash(utf8(source.leaf)), BigInt(leaf.sequence), head.point.size, source.hashes, head.point.root);
    const payload = await openPayload(source, leaf);
    const what = source.payload === null ? "content not disclosed" : "with this content";
    this.say(head.quorum ? "proved" : "claimed", `event ${leaf.event_id}`,
      `${leaf.type}, at place ${leaf.sequence} of ${source.log}, ${what}`, [this.owner.get(source.log) ?? source.log]);
    return { source, leaf, payload, head };
  }

  async fork(one, two) {
    const places = [];
    for (const { source, leaf } of [one, two])
      places.push({ index: leaf.sequence, leaf: base64(await leafHash(utf8(source.leaf))), proof: source.hashes.map(base64) });
    this.lie({ format: "priam-split-view/v1", first: one.head.text, second: two.head.text, places }, one.source.log);
  }

  // --- manifests and receptions

  async documents() {
    const manifests = await this.signed(this.bundle.manifests, MANIFEST, "manifest");
    const receptions = await this.signed(this.bundle.receptions, RECEPTION, "reception");
    for (const item of manifests.values()) this.manifest(item);
    this.chains([...manifests.values()].filter((item) => item.parties.size));
    const counted = new Map();
    for (const item of receptions.values()) if (this.reception(item, manifests)) this.against(item, counted);
  }

  // By hash: signatures on several copies of the same bytes are put together.
  async signed(texts, form, what) {
    const found = new Map();
    for (const text of texts) await this.orInvalid(what, `a ${what} does not verify`, async () => {
      const { document, note, digest } = await readDocument(text, form, what);
      const { verified } = await openNote(note, this.verifiers());
      const entry = found.get(digest) ?? { document, digest, parties: new Set() };
      found.set(digest, entry);
      for (const [vkey, { party, key }] of this.keys)
        if (verified.has(key.id) && maySign(key.name, what) && !this.revoked(vkey, party, digest)) entry.parties.add(party);
    });
    return found;
  }

  revoked(vkey, party, digest) {
    const end = this.revocation(vkey, party);
    if (end === undefined) return false;
    const log = this.logOf.get(party);
    if (this.entries(digest).some((e) => e.source.log === log && e.leaf.sequence < end)) return false;
    this.say("contradiction", `manifest ${digest.slice(0, 16)}`,
      `signed with a key of ${party} that was revoked at place ${end} of its log`, [party]);
    return true;
  }

  // The place in the party's log at which the key was revoked.
  revocation(vkey, party) {
    const log = this.logOf.get(party);
    const places = this.seen.filter((e) => e.source.log === log && e.leaf.type === "key_revoked"
      && member(e.payload, "vkey") === vkey).map((e) => e.leaf.sequence);
    return places.length ? places.reduce((a, b) => Math.min(a, b)) : undefined;
  }

  // Whoever stole a key that was revoked can still export what is true.
  revokedExport(note) {
    const signed = new Set(note.lines.map((line) => line.key));
    const said = new Set();
    for (const [vkey, { party, key }] of this.keys) {
      const end = this.revocation(vkey, party);
      if (end === undefined || said.has(party) || !signed.has(key.id)) continue;
      said.add(party);
      this.say("claimed", "bundle", `exported with a key of ${party} that was revoked at place ${end} of its log; `
        + "whoever holds that key may have done so", [party]);
    }
  }

  entries(digest) {
    return this.seen.filter(({ payload }) => member(payload, "manifest") === digest || member(payload, "reception") === digest);
  }
}

// HOST/point/NAME signs what was counted, HOST/recovery/NAME no paper at all, any other key all.
function maySign(name, what) {
  const role = name.split("/")[1];
  return (role !== "point" && role !== "recovery") || (role === "point" && what === "reception");
}

async function quietly(work) {
  try { return await work(); } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return undefined;
  }
}

const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
const member = (payload, key) => (Object.hasOwn(payload, key) ? payload[key] : undefined);
