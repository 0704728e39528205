import fc from "fast-check";

/** Carol is an account that takes native value only while its mood allows it. */
export const actors = ["alice", "bob", "carol"] as const;
export type Actor = (typeof actors)[number];
export type Currency = "native" | "token";

/** Stands for any token in an offer of the model. */
export const anyToken = 0;
export const tokenIds = [1, 2, 3] as const;

const changes = ["dayPasses", "moodChanges"] as const;

/** Something that an actor tries, by the terms that they state. */
export interface Action {
  readonly kind: "list" | "buy" | "cancel" | "offer" | "accept" | "cancelOffer" | "withdraw";
  readonly actor: Actor;
  /** A listing's or an offer's, from 1. */
  readonly id: number;
  readonly tokenId: number;
  readonly currency: Currency;
  readonly price: bigint;
  /** How many days an offer can be accepted. */
  readonly days: number;
}

/** An action, or a change of the world that the market does not see. */
export type Step = Draw | Change;
export interface Draw extends Omit<Action, "id"> {
  readonly pick: number;
  readonly isSensible: boolean;
}
export interface Change {
  readonly kind: (typeof changes)[number];
}

interface Deal {
  /** Who listed the token or made the offer. */
  readonly maker: Actor;
  readonly tokenId: number;
  readonly currency: Currency;
  readonly price: bigint;
  readonly lastDay: number;
  isOpen: boolean;
}

/** What the market and everybody's accounts should be. Deals have the ids 1, 2, … in their order. */
export interface Model {
  readonly owners: Map<number, Actor | "market">;
  readonly listings: Deal[];
  readonly offers: Deal[];
  /** What moved to (or from) everybody, fees apart. */
  readonly moved: Record<Currency, Record<Actor, bigint>>;
  readonly proceeds: Record<Actor, bigint>;
  readonly tokensAtFirst: bigint;
  carolAccepts: boolean;
  today: number;
}

const nothing = () => ({ alice: 0n, bob: 0n, carol: 0n });

/** Token n belongs to the n-th actor; everybody has some of the ERC-20. */
export function createModel(tokensAtFirst: bigint): Model {
  return {
    owners: new Map(tokenIds.map((id, index) => [id, actors[index] ?? "alice"])),
    listings: [],
    offers: [],
    moved: { native: nothing(), token: nothing() },
    proceeds: nothing(),
    tokensAtFirst,
    carolAccepts: false,
    today: 0,
  };
}

/** Steps of which most succeed: an action that is not sensible takes its terms from nowhere. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        ...(["list", "list", "buy", "buy", "cancel", "offer", "offer"] as const),
        ...(["accept", "accept", "cancelOffer", "withdraw"] as const),
      ),
      actor: fc.constantFrom(...actors),
      tokenId: fc.constantFrom(anyToken, ...tokenIds),
      currency: fc.constantFrom<Currency[]>("native", "token"),
      price: fc.bigInt(0n, 12n),
      days: fc.integer({ min: 0, max: 2 }),
      pick: fc.nat(100),
      isSensible: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.constant(false)),
    }),
  },
  fc.record({ kind: fc.constantFrom(...changes) }),
);

/** Gives a step the terms and the actor that make sense where it is sensible. */
export function resolveStep(model: Model, step: Draw): Action {
  const { pick, isSensible, ...drawn } = step;
  const deals =
    drawn.kind === "accept" || drawn.kind === "cancelOffer" ? model.offers : model.listings;
  const open = deals.flatMap((deal, index) => (deal.isOpen ? [index + 1] : []));
  const id = (isSensible ? open[pick % open.length] : undefined) ?? (pick % (deals.length + 1)) + 1;
  const deal = deals[id - 1];
  if (!isSensible) return { ...drawn, id };

  const ownerOf = (tokenId: number) => {
    const owner = model.owners.get(tokenId);
    return owner === undefined || owner === "market" ? drawn.actor : owner;
  };
  switch (drawn.kind) {
    case "list":
      return { ...drawn, id, actor: ownerOf(drawn.tokenId) };
    case "withdraw":
      return { ...drawn, id, actor: "carol" };
    case "buy":
      return { ...drawn, id, ...(deal && { currency: deal.currency, price: deal.price }) };
    case "cancel":
    case "cancelOffer":
      return { ...drawn, id, ...(deal && { actor: deal.maker }) };
    case "accept": {
      if (deal === undefined) return { ...drawn, id };
      const tokenId = deal.tokenId === anyToken ? drawn.tokenId : deal.tokenId;
      const { currency, price } = deal;
      return { ...drawn, id, tokenId, currency, price, actor: ownerOf(tokenId) };
    }
    case "offer":
      return { ...drawn, id };
  }
}

export function isChange(step: Step): step is Change {
  return changes.some((kind) => kind === step.kind);
}

/** Takes a change, or an action that is allowed; returns the error's name where it is not. */
export function takeStep(model: Model, step: Action | Change): string | undefined {
  switch (step.kind) {
    case "dayPasses":
      model.today += 1;
      return undefined;
    case "moodChanges":
      model.carolAccepts = !model.carolAccepts;
      return undefined;
    case "list":
      return list(model, step);
    case "buy":
      return buy(model, step);
    case "cancel":
      return cancel(model, step);
    case "offer":
      return makeOffer(model, step);
    case "accept":
      return accept(model, step);
    case "cancelOffer":
      return cancelOffer(model, step);
    case "withdraw":
      return withdraw(model, step.actor);
  }
}

/** What the market should have in native value: open offers and proceeds. */
export function owedByMarket({ offers, proceeds }: Model): bigint {
  const open = offers.filter(({ isOpen, currency }) => isOpen && currency === "native");
  return [...open.map(({ price }) => price), ...Object.values(proceeds)].reduce(
    (sum, amount) => sum + amount,
    0n,
  );
}

function list(model: Model, { actor, tokenId, currency, price }: Action) {
  if (price === 0n) return "ZeroPrice";
  if (!model.owners.has(tokenId)) return "ERC721NonexistentToken";
  if (model.owners.get(tokenId) !== actor) return "NotTokenOwner";
  const lastDay = Number.POSITIVE_INFINITY;
  model.listings.push({ maker: actor, tokenId, currency, price, lastDay, isOpen: true });
  model.owners.set(tokenId, "market");
  return undefined;
}

function buy(model: Model, { actor, id, currency, price }: Action) {
  const deal = model.listings[id - 1];
  if (!deal?.isOpen) return "ListingNotOpen";
  if (deal.currency !== currency) return "CurrencyMismatch";
  if (deal.price !== price) return "PriceMismatch";
  if (currency === "native") {
    model.moved.native[actor] -= price;
    payNative(model, deal.maker, price);
  } else {
    const error = payToken(model, actor, deal.maker, price);
    if (error !== undefined) return error;
  }
  deal.isOpen = false;
  model.owners.set(deal.tokenId, actor);
  return undefined;
}

function cancel(model: Model, { actor, id }: Action) {
  const deal = model.listings[id - 1];
  if (!deal?.isOpen) return "ListingNotOpen";
  if (deal.maker !== actor) return "NotSeller";
  deal.isOpen = false;
  model.owners.set(deal.tokenId, actor);
  return undefined;
}

function makeOffer(model: Model, { actor, tokenId, currency, price, days }: Action) {
  if (price === 0n) return "ZeroPrice";
  const lastDay = model.today + days;
  model.offers.push({ maker: actor, tokenId, currency, price, lastDay, isOpen: true });
  if (currency === "native") model.moved.native[actor] -= price;
  return undefined;
}

function accept(model: Model, { actor, id, tokenId, currency, price }: Action) {
  const deal = model.offers[id - 1];
  if (!deal?.isOpen) return "OfferNotOpen";
  if (model.today > deal.lastDay) return "OfferExpired";
  if (deal.tokenId !== anyToken && deal.tokenId !== tokenId) return "TokenMismatch";
  if (deal.currency !== currency) return "CurrencyMismatch";
  if (deal.price !== price) return "PriceMismatch";
  if (!model.owners.has(tokenId)) return "ERC721NonexistentToken";
  if (model.owners.get(tokenId) !== actor) return "NotTokenOwner";
  if (currency === "native") {
    payNative(model, actor, price);
  } else {
    const error = payToken(model, deal.maker, actor, price);
    if (error !== undefined) return error;
  }
  deal.isOpen = false;
  model.owners.set(tokenId, deal.maker);
  return undefined;
}

function cancelOffer(model: Model, { actor, id }: Action) {
  const deal = model.offers[id - 1];
  if (!deal?.isOpen) return "OfferNotOpen";
  if (deal.maker !== actor) return "NotBidder";
  if (deal.currency === "native") {
    if (!takesNative(model, actor)) return "NotInTheMood";
    model.moved.native[actor] += deal.price;
  }
  deal.isOpen = false;
  return undefined;
}

function withdraw(model: Model, actor: Actor) {
  if (model.proceeds[actor] === 0n) return "NothingToWithdraw";
  if (!takesNative(model, actor)) return "NotInTheMood";
  model.moved.native[actor] += model.proceeds[actor];
  model.proceeds[actor] = 0n;
  return undefined;
}

const takesNative = (model: Model, actor: Actor) => actor !== "carol" || model.carolAccepts;

function payNative(model: Model, seller: Actor, price: bigint) {
  const kept = takesNative(model, seller) ? model.moved.native : model.proceeds;
  kept[seller] += price;
}

function payToken({ moved, tokensAtFirst }: Model, payer: Actor, seller: Actor, price: bigint) {
  if (tokensAtFirst + moved.token[payer] < price) return "ERC20InsufficientBalance";
  // From oneself, nothing arrives.
  if (payer === seller) return "PaymentShort";
  moved.token[payer] -= price;
  moved.token[seller] += price;
  return undefined;
}
