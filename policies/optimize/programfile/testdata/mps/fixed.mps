NAME          NAMES WITH BLANKS
ROWS
 N  THE COST
 L  ROW ONE
 G  ROW TWO
COLUMNS
    COL A     THE COST           1.0   ROW ONE            2.0
    COL A     ROW TWO            3.0
    MARKER                 'MARKER'                 'INTORG'
    COL B     THE COST           4.0   ROW TWO            5.0
    MARKER    'MARKER'                 'INTEND'
RHS
              ROW ONE           10.0   ROW TWO            1.0
BOUNDS
 UP           COL A              4.0
 FR           COL B
ENDATA
