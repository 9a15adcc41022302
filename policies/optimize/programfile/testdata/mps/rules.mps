* Every rule of MPS that this project has made up its mind about.
NAME          RULES
OBJSENSE
    MAX
ROWS
 N  COST
 L  LESS
 G  MORE
 E  UP
 E  DOWN
 E  EXACT
 N  IGNORED
 L  INTERVAL
COLUMNS
    X         COST               1.5   LESS                 1
    X         MORE                2.   UP               1D+01
    MARK      'MARKER'                 'INTORG'
    BINARY    COST                -3   DOWN                 1
    BINARY    IGNORED              8
    COUNT     COST                 4   EXACT                1
    OPEN      LESS                 1
    FINITE    LESS                 1
    MARK      'MARKER'                 'INTEND'
    FREE      INTERVAL             1
    BELOW     MORE                 1
    NEGATIVE  MORE                 1
    BOTH      MORE                 1
    FIXED     MORE                 1
    LISTED    MORE                 1   LESS               0.0
    TOP       MORE                 1
RHS
    RHS       COST               -20   LESS                 5
    RHS       UP                   6   DOWN                 6
    RHS       INTERVAL            10   IGNORED              3
    OTHER     LESS                99
RANGES
    RNG       LESS               2.5   UP                   2
    RNG       DOWN                -2   EXACT                0
    RNG       MORE                -4   INTERVAL         1e30
BOUNDS
 LO BND       COUNT                0
 PL BND       OPEN
 UP BND       FINITE               7
 FR BND       FREE
 MI BND       BELOW
 UP BND       BELOW               -2
 UP BND       NEGATIVE            -3
 LO BND       BOTH                -4
 UP BND       BOTH                -3
 FX BND       FIXED              2.5
 LI BND       LISTED               2
 UI BND       LISTED               9
 UP BND       TOP               1e20
ENDATA
what follows is not read
