-- The prices of this repository are the ones of the database. Change them here.
CREATE TABLE IF NOT EXISTS prices (product TEXT PRIMARY KEY, cents INTEGER NOT NULL);

INSERT INTO prices VALUES ('pen', 199), ('ink', 450)
  ON CONFLICT (product) DO UPDATE SET cents = excluded.cents WHERE cents <> excluded.cents;
