pragma circom 2.1.9;

include "../poseidon2/poseidon2.circom";
include "stateTreePath.circom";
include "toBits.circom";

/*
Ownership of a pass

Statement: "I know a secret and a pass, such that the state under `stateRoot` holds, in the slot that the contract
`contract` keeps for the pass, the commitment of the secret; `nullifier` is what this secret and this pass give in
`scope`; and this proof is for `binding`." It tells neither which pass, nor whose, nor which commitment.

H is the Poseidon2 sponge of sequencer/state-tree/SPECIFICATION.md, as are the key, the leaf and the path. With
domain(kind, low) = "weft:v1" * 2^168 + kind * 2^160 + low:

  key        = H(domain(3, contract), 0, 2^64 + tokenId)   the slot in which GamePass has the pass's commitment
  commitment = H(domain(5, 0), secret)
  leaf       = H(key, valueHi, valueLo, nextKey), where valueHi * 2^128 + valueLo = commitment
  stateRoot  = the node at the top of the path from the leaf at leafIndex along siblings
  nullifier  = H(domain(6, tokenId), secret, scope)

Public, in this order; all are inputs, none is an output:
  stateRoot  the ZK chain's state
  contract   GamePass's address
  scope      in what the nullifier is the pass's only one: game, season and chains
  nullifier  stands for the pass and its holder's secret within the scope; tells neither
  binding    what this proof is used for: a hash of the session that is to be opened

Private:
  secret     of the identity whose commitment was bound to the pass; any element of the field
  tokenId    the pass
  valueHi, valueLo, nextKey, leafIndex (32 bits, lowest first), siblings (lowest first)   the proof of the leaf

What the caller must enforce, since this circuit doesn't:
  1. stateRoot is a root that the ZK chain had, and recent enough: who has sold the pass since, or bound it to another
     identity, can still prove against the old one.
  2. contract is the chain's GamePass, whose slots from 2^64 on are written by it alone, and only to elements of the
     field. It is below 2^160, else it reaches into the domain's kind.
  3. scope and binding are what the caller itself computes from the game and the session, not what the prover says.
  4. One session per nullifier in a scope. All five are below the field's order, in one notation each: a number and
     the same plus the order are one input to this circuit and two to whoever compares bytes.
  5. The verification key is of a set-up that the caller trusts.

What holds without being checked here:
  - valueHi and valueLo are below 2^128, in every leaf that the tree ever got (SPECIFICATION.md, 2), so that the
    commitment has one pair of halves. GamePass takes no commitment of the field's order or above.
  - key isn't 0, the head's of the list of leaves: it would take a preimage of 0. So would an unbound pass, whose slot
    holds 0.
  - nextKey is bound by the leaf's hash.
*/
template Ownership() {
    signal input stateRoot;
    signal input contract;
    signal input scope;
    signal input nullifier;
    signal input binding;

    signal input secret;
    signal input tokenId;
    signal input valueHi;
    signal input valueLo;
    signal input nextKey;
    signal input leafIndex[32];
    signal input siblings[32];

    var DOMAIN = 0x776566743a7631 * 2 ** 168;
    var STORAGE = 3 * 2 ** 160;
    var COMMITMENT = 5 * 2 ** 160;
    var NULLIFIER = 6 * 2 ** 160;
    var FIRST_SLOT = 2 ** 64;

    // Passes are numbered in 64 bits. Without this a slot of another meaning would do, and tokenId would reach into
    // the nullifier's domain.
    ToBits(64)(tokenId);

    signal key <== Poseidon2Hash(3)([DOMAIN + STORAGE + contract, 0, FIRST_SLOT + tokenId]);
    signal leaf <== Poseidon2Hash(4)([key, valueHi, valueLo, nextKey]);
    signal root <== StateTreePath(32)(leaf, leafIndex, siblings);
    stateRoot === root;

    signal commitment <== Poseidon2Hash(2)([DOMAIN + COMMITMENT, secret]);
    commitment === valueHi * 2 ** 128 + valueLo;

    signal expectedNullifier <== Poseidon2Hash(3)([DOMAIN + NULLIFIER + tokenId, secret, scope]);
    nullifier === expectedNullifier;

    // A public input that no constraint mentions could be dropped from the proof. This one says nothing about the others:
    // all it has to do is be there.
    signal bindingSquare <== binding * binding;
}

component main { public [stateRoot, contract, scope, nullifier, binding] } = Ownership();
