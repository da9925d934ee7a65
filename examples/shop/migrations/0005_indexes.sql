create index purchase_state on purchase (state);
create index purchase_state_placed on purchase (state, placed_at desc);
