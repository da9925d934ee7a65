create table review (
    id bigint generated always as identity primary key,
    customer_id bigint not null references customer (id) on delete cascade,
    product_id bigint not null references product (id) on delete cascade,
    moderator_id bigint references member (id) on delete cascade,
    stars integer not null check (stars between 1 and 5),
    body text
);
create index review_customer on review (customer_id);
create index review_product on review (product_id);
create index review_moderator on review (moderator_id);

create table promotion (
    id bigint generated always as identity primary key,
    product_id bigint not null references product (id) on delete cascade,
    created_by bigint references member (id) on delete cascade,
    starts_on date not null
);
create index promotion_product on promotion (product_id);
create index promotion_created_by on promotion (created_by);
