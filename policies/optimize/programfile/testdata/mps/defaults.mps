NAME          DEFAULTS
ROWS
 N  COST
 L  LIMIT
 G  LOW
 E  DOWN
 N  DROPPED
COLUMNS
    MARKER    'MARKER'                 'INTORG'
    BINARY    COST                -9   LIMIT                1
    COUNT     COST                -2   LIMIT                1
    MARKER    'MARKER'                 'INTEND'
    NEGATIVE  COST                 1   LOW                  1
    WITHIN    COST                 1   DOWN                 1
    OTHER     DROPPED              5
RHS
    RHS       COST                -7   LIMIT               50
    RHS       LOW                -20   DOWN                 6
RANGES
    RNG       DOWN                -2
BOUNDS
 LO BND       COUNT                0
 UP BND       NEGATIVE            -3
ENDATA
