create type purchase_state as enum ('placed', 'paid', 'sent', 'returned');

create table purchase (
    id bigint generated always as identity primary key,
    customer_id bigint not null references customer (id),
    state purchase_state not null default 'placed',
    total numeric(12, 2) not null check (total >= 0),
    placed_at timestamptz not null default now()
);
create index purchase_placed on purchase (placed_at);
create index purchase_open on purchase (state, placed_at) where state <> 'returned';

create table purchase_line (
    purchase_id bigint references purchase (id) on delete cascade,
    line integer,
    product_id bigint not null references product (id),
    quantity integer not null check (quantity > 0),
    primary key (purchase_id, line)
);
create index purchase_line_product on purchase_line (product_id);

create table carrier (
    id bigint generated always as identity primary key,
    name text not null,
    country_code text not null references country (code)
);

create table shipment (
    id bigint generated always as identity primary key,
    purchase_id bigint not null references purchase (id) on delete cascade,
    carrier_id bigint not null references carrier (id) on delete set null,
    packed_by bigint references member (id) on delete set null
);
create index shipment_purchase on shipment (purchase_id);
create index shipment_carrier on shipment (carrier_id);
create index shipment_packed_by on shipment (packed_by);
