create table country (
    code text primary key,
    name text not null
);

create table product (
    id bigint generated always as identity primary key,
    name text not null,
    price numeric(12, 2) not null check (price >= 0),
    weight double precision check (weight > 0)
);

create table store (
    id bigint generated always as identity primary key,
    name text not null,
    opens_at time not null
);

create table voucher (
    id bigint generated always as identity primary key,
    code text not null unique,
    amount real,
    discount_rate double precision check (discount_rate between 0 and 1),
    valid_until timestamp not null
);
