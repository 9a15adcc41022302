ROWS
 N C
 G R
COLUMNS
 x C 1 R 1
 y C 1 R 1
 z C 1 R 1
RHS
 R 1
BOUNDS
 UP B x 4
 UP B x 4
 MI B y
 UP B y 8
 UP B y 7
 FR B z
 LO B z -2
ENDATA
