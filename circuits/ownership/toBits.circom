pragma circom 2.1.9;

/// Statement: in is below 2^n, with n at most 253: then its bits are one number only, below the field's order.
///
/// @param n how many bits
/// @input in what has to fit
template ToBits(n) {
    assert(n <= 253);
    signal input in;
    signal bits[n];

    var sum = 0;
    for (var i = 0; i < n; i++) {
        bits[i] <-- (in >> i) & 1;
        bits[i] * (bits[i] - 1) === 0;
        sum += bits[i] * 2 ** i;
    }
    sum === in;
}
