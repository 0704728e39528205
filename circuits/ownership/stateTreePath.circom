pragma circom 2.1.9;

include "../poseidon2/poseidon2.circom";

/// Statement: root is the top of the tree that has leaf at the index whose bits are indexBits.
/// sequencer/state-tree/SPECIFICATION.md, 6.1.
///
/// @param depth levels between the leaf and the root
/// @input leaf the leaf's hash
/// @input indexBits of the leaf's index, lowest first; that they are bits is checked here
/// @input siblings beside the path, lowest first
/// @output root
template StateTreePath(depth) {
    signal input leaf;
    signal input indexBits[depth];
    signal input siblings[depth];
    signal output root;

    signal left[depth];
    component parent[depth];
    var node = leaf;
    for (var level = 0; level < depth; level++) {
        indexBits[level] * (indexBits[level] - 1) === 0;
        // bit 0: the path comes from the left; bit 1: the sibling is on the left
        left[level] <== indexBits[level] * (siblings[level] - node) + node;
        parent[level] = Poseidon2Hash(2);
        parent[level].in[0] <== left[level];
        parent[level].in[1] <== node + siblings[level] - left[level];
        node = parent[level].out;
    }
    root <== node;
}
