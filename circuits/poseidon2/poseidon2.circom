pragma circom 2.1.9;

include "roundConstants.circom";

/*
Poseidon2 over BN254's scalar field with t = 4 and the S-box x^5, as Noir and Barretenberg have it:
sequencer/state-tree/SPECIFICATION.md, 1.2 and 1.3.

How it is laid out as constraints. An S-box costs three multiplications; 88 of them are 264 constraints a
permutation, and that is all but three of what is here. Additions and the matrices are free in R1CS, but not
in what a player downloads and computes: a proving key holds every coefficient on the left and on the right of
a multiplication, and points for every signal there, and nothing of the kind for what the product equals.
Through 56 partial rounds the state becomes sums of some sixty signals. So no sum is ever multiplied after the
first round: the signals are the inputs of the S-boxes, not their outputs, and the matrices stand on the side of
the product that is free.
*/

/// Statement: out are the first elements of the permutation of in.
///
/// @param outputs how many elements of the permuted state are wanted, 1 to 4
/// @input in the state before
/// @output out the first elements of the state after
template Poseidon2Permutation(outputs) {
    var WIDTH = 4;
    var FULL_ROUNDS = 8;
    var PARTIAL_ROUNDS = 56;

    var CONSTANTS[88] = poseidon2RoundConstants();
    var EXTERNAL[4][4] = [
        [5, 7, 1, 3],
        [4, 6, 1, 1],
        [1, 3, 5, 7],
        [1, 1, 4, 6]
    ];
    // Its inverse times DENOMINATOR, in whole numbers.
    var EXTERNAL_INVERSE[4][4] = [
        [ 1, -3,  6, -7],
        [-1,  1, -4,  5],
        [ 6, -7,  1, -3],
        [-4,  5, -1,  1]
    ];
    var DENOMINATOR = -8;
    // The internal matrix is ones everywhere, and these in addition on its diagonal.
    var DIAGONAL[4] = [
        0x10dc6e9c006ea38b04b1e03b4bd9490c0d03f98929ca1d7fb56821fd19d3b6e7,
        0x0c28145b6a44df3e0149b3d0a30b3bb599df9756d4dd9b84a86b38cfb45a740b,
        0x00544b8338791518b2c7645a50392798b21f75bb60e3596170067d00141cac15,
        0x222c01175718386f2e2e82eb122789e352e105a3b8fa852613bc534433ee428b
    ];

    signal input in[WIDTH];
    signal output out[outputs];

    signal fullSquare[FULL_ROUNDS][WIDTH];
    signal fullFourth[FULL_ROUNDS][WIDTH];
    // The state after a full round, with what the next round adds to it.
    signal fullAfter[FULL_ROUNDS][WIDTH];
    signal partialSquare[PARTIAL_ROUNDS];
    signal partialFourth[PARTIAL_ROUNDS];
    // The first element after a partial round, with what the next round adds to it.
    signal partialAfter[PARTIAL_ROUNDS];
    // The other three after the last partial round, likewise.
    signal othersAfter[WIDTH - 1];

    // Inputs of the next S-boxes, and the next constant: sums of signals, which cost nothing.
    var state[WIDTH];
    var added[WIDTH];
    var constant = 0;

    for (var i = 0; i < WIDTH; i++) {
        state[i] = CONSTANTS[constant + i];
        for (var j = 0; j < WIDTH; j++) state[i] += EXTERNAL[i][j] * in[j];
    }
    constant += WIDTH;

    for (var round = 0; round < FULL_ROUNDS; round++) {
        var isBeforePartial = round == FULL_ROUNDS / 2 - 1;
        var isLast = round == FULL_ROUNDS - 1;
        var constants = isLast ? 0 : (isBeforePartial ? 1 : WIDTH);
        for (var i = 0; i < WIDTH; i++) added[i] = i < constants ? CONSTANTS[constant + i] : 0;
        constant += constants;

        for (var i = 0; i < WIDTH; i++) {
            fullSquare[round][i] <== state[i] * state[i];
            fullFourth[round][i] <== fullSquare[round][i] * fullSquare[round][i];
        }
        // after = EXTERNAL * fifth powers + added, solved for the fifth powers: each is one product. The
        // matrix can be inverted, so these four constraints leave the four signals no choice.
        for (var i = 0; i < WIDTH; i++) {
            var mixed = added[i];
            for (var j = 0; j < WIDTH; j++) mixed += EXTERNAL[i][j] * fullFourth[round][j] * state[j];
            fullAfter[round][i] <-- mixed;
        }
        for (var i = 0; i < WIDTH; i++) {
            var unmixed = 0;
            for (var j = 0; j < WIDTH; j++) unmixed += EXTERNAL_INVERSE[i][j] * (fullAfter[round][j] - added[j]);
            DENOMINATOR * fullFourth[round][i] * state[i] === unmixed;
        }
        for (var i = 0; i < WIDTH; i++) state[i] = fullAfter[round][i];

        if (isBeforePartial) {
            for (var partial = 0; partial < PARTIAL_ROUNDS; partial++) {
                var isLastPartial = partial == PARTIAL_ROUNDS - 1;
                constants = isLastPartial ? WIDTH : 1;
                for (var i = 0; i < WIDTH; i++) added[i] = i < constants ? CONSTANTS[constant + i] : 0;
                constant += constants;

                var others = state[1] + state[2] + state[3];
                partialSquare[partial] <== state[0] * state[0];
                partialFourth[partial] <== partialSquare[partial] * partialSquare[partial];
                partialAfter[partial] <== (1 + DIAGONAL[0]) * partialFourth[partial] * state[0] + others + added[0];
                // What the S-box gave follows from it without another signal.
                var fifth = (partialAfter[partial] - others - added[0]) / (1 + DIAGONAL[0]);
                for (var i = 1; i < WIDTH; i++) state[i] = fifth + others + DIAGONAL[i] * state[i];
                state[0] = partialAfter[partial];
            }
            for (var i = 1; i < WIDTH; i++) {
                othersAfter[i - 1] <== state[i] + added[i];
                state[i] = othersAfter[i - 1];
            }
        }
    }

    for (var i = 0; i < outputs; i++) out[i] <== state[i];
}

/// Statement: out is Noir's Poseidon2::hash(in, n), a sponge of rate 3 with n * 2^64 in its capacity.
///
/// @param n how many elements are hashed, 1 or more
/// @input in what is hashed
/// @output out its hash
template Poseidon2Hash(n) {
    var RATE = 3;
    var blocks = (n + RATE - 1) \ RATE;

    signal input in[n];
    signal output out;

    component permutation[blocks];
    for (var block = 0; block < blocks; block++) {
        permutation[block] = Poseidon2Permutation(block == blocks - 1 ? 1 : RATE + 1);
        for (var i = 0; i < RATE; i++) {
            var at = RATE * block + i;
            var element = 0;
            if (block > 0) element += permutation[block - 1].out[i];
            if (at < n) element += in[at];
            permutation[block].in[i] <== element;
        }
        if (block == 0) permutation[block].in[RATE] <== n * 2 ** 64;
        else permutation[block].in[RATE] <== permutation[block - 1].out[RATE];
    }
    out <== permutation[blocks - 1].out[0];
}
