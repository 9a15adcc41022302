NAME a_free_file FREE
OBJSENSE MIN
ROWS
 N cost
 L a_row_with_a_long_name
COLUMNS
 a_column_with_a_long_name cost 1 a_row_with_a_long_name 2 $ a comment
 y a_row_with_a_long_name 1
RHS
 a_row_with_a_long_name 4
 cost 2
BOUNDS
 UP y 3
 MI y
 FR a_column_with_a_long_name 0
ENDATA
